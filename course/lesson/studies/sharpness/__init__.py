"""Why a VAE blurs, and four cures, on the same clothes: the arrays behind notebook 14."""

import numpy as np

from common.data import load
from course.lesson.studies.sharpness.measuring import Judge, controls, measured
from course.lesson.studies.sharpness.training import DATA, SEEDS, WAYS, Trained


def make() -> dict[str, np.ndarray]:
    """Train each way with each seed, and measure: about ten minutes of a processor core.

    Returns
    -------
    dict
        What `controls` returns, and what `measured` returns under the name of a way, as "vae, numbers": a row for each
        seed, and the images of the first.

    Raises
    ------
    InvalidArgument
        If the images cannot be found or downloaded.
    """
    data = load(DATA)
    judge = Judge(data)
    arrays = controls(judge)
    for name, way in WAYS.items():
        by_seed = [measured(Trained(way, data.train, seed), judge) for seed in SEEDS]
        for key, first in by_seed[0].items():
            arrays[f"{name}, {key}"] = first if "images" in key else np.stack([found[key] for found in by_seed])
    return arrays
