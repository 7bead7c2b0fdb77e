"""Cases of exercise 11: images that are not square, three strides and paddings; and two borderline sizes."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

SIZES = ("batch size", "input channels", "output channels", "height", "width")
GEOMETRIES = (
    # batch, inputs, outputs, height, width; kernel, stride, padding; situation
    # without padding first: the first call is repeated with x laid out otherwise, and nothing copies x here
    ((5, 3, 11, 7, 13), (2, 1, 0), ""),
    ((3, 11, 17, 13, 19), (4, 3, 2), ""),
    ((7, 5, 3, 11, 17), (3, 2, 1), ""),
    ((1, 1, 1, 7, 5), (3, 2, 1), "with one image, one channel and one kernel"),
    ((3, 7, 11, 17, 29), (2, 5, 1), "with a stride larger than the kernel"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield all geometries with random images, kernels and biases."""
    for sizes, (kernel, stride, padding), situation in GEOMETRIES:
        batch, inputs, outputs, height, width = sizes
        arguments = {
            "x": rng.standard_normal((batch, inputs, height, width)),
            "weight": rng.standard_normal((outputs, inputs, kernel, kernel)),
            "bias": rng.normal(0.5, 1.5, outputs),
            "stride": stride,
            "padding": padding,
        }
        yield Case("conv2d_of_data", arguments, dict(zip(SIZES, sizes, strict=True)), situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the images that the convolution makes."""
    return named(answer.conv2d_of_data(*case.inputs.values()), "y")
