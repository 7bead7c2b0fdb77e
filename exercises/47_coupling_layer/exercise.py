"""Cases of exercise 47: odd and even channels, one image and one pixel, scales of 1 and scales at their bound."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

KINDS = (
    # images, channels, height, width; size of raw; bound; situation
    ((3, 5, 7, 2), 1.0, 1.3, ""),
    ((5, 7, 2, 3), 1.0, 0.7, ""),
    ((2, 4, 3, 5), 1.0, 1.1, "with an even number of channels"),
    ((1, 3, 5, 7), 1.0, 1.3, "with one image"),
    ((7, 2, 1, 1), 1.0, 1.7, "with two channels and one pixel"),
    ((3, 5, 2, 7), 0.0, 1.3, "with raw = 0"),
    ((2, 3, 5, 3), 1e6, 0.9, "with scales at their bound"),
    ((5, 3, 2, 7), 1.0, 50.0, "with a large bound"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield both functions at all sizes."""
    for part in ("couple", "uncouple"):
        for shape, size, bound, situation in KINDS:
            batch, channels, height, width = shape
            weights = rng.normal(0.2, 0.9, (3, channels - channels // 2, channels))
            weights[:2] *= size
            inputs = {"images": rng.normal(0.3, 1.2, shape), "weights": weights, "bound": bound}
            sizes = {"batch": batch, "channels": channels, "height": height, "width": width}
            yield Case(part, inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return y and log_det, or x."""
    images, (own, beside, moves), bound = case.inputs.values()

    def network(kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Take any number of channels, so that one who hands over others gets numbers too."""
        count = kept.shape[1]
        mixed = [np.einsum("mk,bkhw->bmhw", one[:, :count], kept) for one in (own, beside, moves)]
        return mixed[0] + np.roll(mixed[1], 1, axis=3), np.sin(mixed[2]) + 0.4

    if case.part == "couple":
        return named(answer.couple(images, network, bound), "y", "log_det")
    return {"x": answer.uncouple(images, network, bound)}
