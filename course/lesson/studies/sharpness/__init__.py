"""Why a VAE blurs, and four cures, on the same clothes: the arrays behind notebook 14."""

import numpy as np

from common.data import Split, load
from course.lesson.studies.sharpness.measuring import Judge, best_decoder, controls, measured
from course.lesson.studies.sharpness.training import AVERAGED, DATA, SEEDS, WAYS, Trained


def make() -> dict[str, np.ndarray]:
    """Train each way with each seed, and measure: about two minutes of a processor core.

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
    for name in WAYS:
        by_seed = [of_one(name, seed, data.train, judge) for seed in SEEDS]
        for key, first in by_seed[0].items():
            arrays[f"{name}, {key}"] = first if "images" in key else np.stack([found[key] for found in by_seed])
    return arrays


def of_one(name: str, seed: int, train: Split, judge: Judge) -> dict[str, np.ndarray]:
    """Return what is measured of one training."""
    model = Trained(WAYS[name], train, seed)
    average = best_decoder(model, judge.x[:100], train) if name in AVERAGED else {}
    return {**measured(model, judge), **average}
