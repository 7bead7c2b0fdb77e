"""Cases of exercise 12: the geometries of exercise 11, with a random dy; and a pullback that is called twice."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, Unusable, named

SIZES = ("batch size", "input channels", "output channels", "height", "width")
GEOMETRIES = (
    # batch, inputs, outputs, height, width; kernel, stride, padding; situation
    ((3, 11, 17, 13, 19), (4, 3, 2), ""),
    ((5, 3, 11, 7, 13), (2, 1, 0), ""),
    ((7, 5, 3, 11, 17), (3, 2, 1), ""),
    ((1, 1, 1, 7, 5), (3, 2, 1), "with one image, one channel and one kernel"),
    ((3, 7, 11, 17, 29), (2, 5, 1), "with a stride larger than the kernel"),
)
TWICE = ((5, 7, 3, 11, 13), (3, 2, 1), "with a pullback that is called twice")
PARTS = {"conv2d_of_data": (*GEOMETRIES[:4], TWICE), "conv2d": (*GEOMETRIES, TWICE)}
GRADIENTS = {"conv2d_of_data": ("dweight", "dbias"), "conv2d": ("dx", "dweight", "dbias")}


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield five geometries for the parameters alone, and six for all gradients."""
    for part, geometries in PARTS.items():
        for sizes, (kernel, stride, padding), situation in geometries:
            batch, inputs, outputs, height, width = sizes
            rows, columns = ((size + 2 * padding - kernel) // stride + 1 for size in (height, width))
            arguments = {
                "x": rng.standard_normal((batch, inputs, height, width)),
                "weight": rng.standard_normal((outputs, inputs, kernel, kernel)),
                "bias": rng.normal(0.5, 1.5, outputs),
                "stride": stride,
                "padding": padding,
                "dy": rng.standard_normal((batch, outputs, rows, columns)),
            }
            if situation == TWICE[-1]:
                arguments["earlier dy"] = rng.standard_normal(arguments["dy"].shape)
            yield Case(part, arguments, dict(zip(SIZES, sizes, strict=True)), situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the gradients that the pullback makes of dy, after those of an earlier dy where there is one."""
    inputs = dict(case.inputs)
    earlier = inputs.pop("earlier dy", None)
    *arguments, dy = inputs.values()
    pullback = named(getattr(answer, case.part)(*arguments), "y", "pullback")["pullback"]
    if not callable(pullback):
        raise Unusable(f"Its second value is a {type(pullback).__name__}; it must be the function pullback.")
    if earlier is not None:
        pullback(earlier)
    return named(pullback(dy), *GRADIENTS[case.part])
