"""Which levels of a hierarchy stay alive, and what a lower temperature costs: the arrays behind notebook 17."""

import numpy as np

from common.data import Split, load
from course.lesson.studies.layers.measuring import SAMPLES, TEMPERATURES, Judge, tested
from course.lesson.studies.layers.training import DATA, SEEDS, WAYS, Trained, logged_steps


def make() -> dict[str, np.ndarray]:
    """Train each way with each seed, and measure: about four minutes of a processor core.

    Returns
    -------
    dict
        ``steps``, at which the KL of every level was noted; ``real``, what `Judge.numbers` says of test images; and
        under the name of a way, as "ladder, both, kl", a row for each seed: ``kl`` (steps, levels), ``test`` (-ELBO,
        then the KL of every level), and where there are both helps ``samples`` (temperatures, numbers) and the
        ``images`` of the first seed (temperatures, images, 28, 28).

    Raises
    ------
    InvalidArgument
        If the images cannot be found or downloaded.
    """
    data = load(DATA)
    judge = Judge(data)
    arrays = {"steps": logged_steps(), "real": judge.numbers(judge.test[:SAMPLES])}
    for name in WAYS:
        by_seed = [of_one(name, seed, data.train, judge) for seed in SEEDS]
        for key, first in by_seed[0].items():
            arrays[f"{name}, {key}"] = first if key == "images" else np.stack([found[key] for found in by_seed])
    return arrays


def of_one(name: str, seed: int, train: Split, judge: Judge) -> dict[str, np.ndarray]:
    """Return what is measured of one training."""
    way = WAYS[name]
    trained = Trained(way, train, seed)
    found = {"kl": trained.kl, "test": tested(trained.model, judge.test, seed)}
    if way.warm_up and way.batch_norm:
        numbers, images = zip(*(judge.sampled(trained.model, t, seed) for t in TEMPERATURES), strict=True)
        found |= {"samples": np.stack(numbers), "images": np.stack(images)}
    return found
