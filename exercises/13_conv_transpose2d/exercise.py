"""Cases of exercise 13: images that are not square, strides 1 to 3, and output padding from 0 to 2."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, pulled

SIZES = ("batch size", "input channels", "output channels", "rows", "columns")
GRADIENTS = ("dx", "dweight", "dbias")
TWICE = "with a pullback that is called twice"
GEOMETRIES = (
    # batch, inputs, outputs, rows, columns; kernel, stride, padding, output padding; situation
    ((3, 11, 13, 7, 17), (5, 3, 2, 2), ""),
    ((7, 3, 5, 13, 11), (2, 1, 0, 0), ""),
    ((5, 7, 17, 11, 13), (3, 2, 1, 1), ""),
    ((1, 1, 1, 3, 5), (3, 2, 1, 1), "with one image, one channel and one kernel"),
    ((3, 5, 7, 11, 13), (2, 3, 0, 2), "with output padding that no stamp reaches"),
    ((7, 5, 3, 11, 13), (3, 2, 1, 1), TWICE),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield all geometries with random images, kernels, biases and cotangents."""
    for sizes, (kernel, stride, padding, output_padding), situation in GEOMETRIES:
        batch, inputs, outputs, rows, columns = sizes
        height, width = ((size - 1) * stride - 2 * padding + kernel + output_padding for size in (rows, columns))
        arguments = {
            "x": rng.standard_normal((batch, inputs, rows, columns)),
            "weight": rng.standard_normal((inputs, outputs, kernel, kernel)),
            "bias": rng.normal(0.5, 1.5, outputs),
            "stride": stride,
            "padding": padding,
            "output_padding": output_padding,
            "dy": rng.standard_normal((batch, outputs, height, width)),
        }
        if situation == TWICE:
            arguments["earlier dy"] = rng.standard_normal(arguments["dy"].shape)
        yield Case("conv_transpose2d", arguments, dict(zip(SIZES, sizes, strict=True)), situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the value and the gradients; a value of another shape, or None for the pullback, has no gradients."""
    inputs = dict(case.inputs)
    earlier = inputs.pop("earlier dy", None)
    *arguments, dy = inputs.values()
    outputs = named(answer.conv_transpose2d(*arguments), "y", "pullback")
    y, pullback = outputs["y"], outputs["pullback"]
    if getattr(y, "shape", None) != dy.shape:
        return {"y": y}
    if earlier is not None:
        pulled(pullback, earlier, *GRADIENTS)
    return {"y": y, **pulled(pullback, dy, *GRADIENTS)}
