"""Cases of exercise 05: ordinary log weights, log weights at which exp gives 0, and samples far from each other."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield two ordinary cases, and five with log weights as images have them."""
    for samples, batch, level, spread, situation in (
        (7, 3, -4.0, 1.5, ""),
        (5, 11, -4.0, 1.5, ""),
        (11, 5, -1000.0, 2.0, "with log weights near -1000"),
        (3, 13, 1000.0, 2.0, "with log weights near 1000"),
        (13, 7, -4000.0, 800.0, "with log weights hundreds of nats apart"),
        (1, 17, -90.0, 5.0, "with one sample"),
        (7, 1, -90.0, 5.0, "with one image"),
    ):
        levels = level + np.linspace(-2.5, 2.5, batch) * spread
        log_weights = rng.normal(levels, spread, (samples, batch))
        if "apart" in situation:  # the first sample is the best one of the first image, but not of every image
            log_weights[:, 0] = np.sort(log_weights[:, 0])[::-1]
        yield Case(
            "importance_weighted_bound",
            {"log_weights": log_weights},
            {"samples": samples, "batch size": batch},
            situation,
        )


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the bound of every image."""
    return named(answer.importance_weighted_bound(*case.inputs.values()), "bound")
