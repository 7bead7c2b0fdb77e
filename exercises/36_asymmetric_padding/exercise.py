"""Cases of exercise 36: images of unequal sides, the smallest one, and one whose last row and column are bright."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, pulled

NAMES = ("batch size", "input channels", "output channels", "rows of y", "columns of y")
KINDS = (
    ((5, 3, 7, 11, 13), ""),
    ((3, 7, 5, 13, 11), ""),
    ((7, 5, 3, 5, 17), ""),
    ((1, 1, 1, 7, 5), "with one image, one channel and one kernel"),
    ((3, 5, 7, 1, 1), "with images of two by two pixels"),
    ((5, 3, 1, 7, 11), "with images that are bright in the last row and column alone"),
    ((5, 3, 1, 11, 7), "with images that are bright in the first row and column alone"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary images, the smallest, and images that are bright at a border alone."""
    for sizes, situation in KINDS:
        batch, inputs, outputs, rows, columns = sizes
        x = rng.normal(0.5, 1.0, (batch, inputs, 2 * rows, 2 * columns))
        if "last row" in situation:
            x[:, :, :-1, :-1] = 0
        if "first row" in situation:
            x[:, :, 1:, 1:] = 0
        arguments = {
            "x": x,
            "weight": rng.normal(0.2, 1.0, (outputs, inputs, 3, 3)),
            "bias": rng.normal(0.5, 1.5, outputs),
            "dy": rng.normal(0.2, 1.0, (batch, outputs, rows, columns)),
        }
        yield Case("downsample", arguments, dict(zip(NAMES, sizes, strict=True)), situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the value, and what the pullback makes of dy."""
    *arguments, dy = case.inputs.values()
    y, pullback = named(answer.downsample(*arguments), "y", "pullback").values()
    return {"y": y, **pulled(pullback, dy, "dx", "dweight", "dbias")}
