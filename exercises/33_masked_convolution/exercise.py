"""Cases of exercise 33: masks of all small kernels, and images on which a kernel that looks ahead is seen."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from common.errors import InvalidArgument
from course.diagnosis import Case, Unusable, named, pulled

EVEN = "with an even kernel"
SIZES = ("batch size", "input channels", "output channels", "height", "width")
LEAK = "how much y changes at places that must not see what changed in x"
GEOMETRIES = (
    # batch, inputs, outputs, height, width; kernel, itself; situation
    ((3, 5, 7, 11, 13), (3, False), ""),
    ((5, 3, 2, 7, 11), (5, True), ""),
    ((2, 7, 3, 5, 13), (5, False), ""),
    ((3, 2, 5, 13, 7), (7, True), ""),
    ((1, 1, 1, 5, 7), (3, True), "with one image, one channel and one kernel"),
    ((3, 5, 2, 7, 11), (1, False), "with a kernel of one place that it must not see"),
    ((5, 2, 3, 7, 11), (1, True), "with a kernel of one place"),
    ((5, 2, 7, 3, 2), (7, False), "with a kernel larger than the image"),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield masks of both kinds, kernels that have none, and all geometries with random arrays."""
    for kernel in (3, 5, 7):
        for itself in (False, True):
            yield Case("causal_mask", {"kernel": kernel, "itself": itself})
    for itself in (False, True):
        yield Case("causal_mask", {"kernel": 1, "itself": itself}, situation="with a kernel of one place")
    for kernel in (2, 4):
        yield Case("causal_mask", {"kernel": kernel, "itself": bool(kernel % 4)}, situation=EVEN)
    for sizes, (kernel, itself), situation in GEOMETRIES:
        batch, inputs, outputs, height, width = sizes
        arguments = {
            "x": rng.standard_normal((batch, inputs, height, width)),
            "weight": rng.standard_normal((outputs, inputs, kernel, kernel)),
            "bias": rng.normal(0.5, 1.5, outputs),
            "itself": itself,
            "dy": rng.standard_normal((batch, outputs, height, width)),
        }
        named_sizes = {name: size for name, size in zip(SIZES, sizes, strict=True) if size > 1}
        yield Case("masked_conv2d", arguments, named_sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the mask or that it is refused; or y, its gradients and, before them, what it sees of later places.

    Raises
    ------
    Unusable
        If y has another shape than it should.
    """
    if case.situation == EVEN:
        return {"InvalidArgument (1 if it is raised)": _refused(answer, case)}
    if case.part == "causal_mask":
        return named(answer.causal_mask(*case.inputs.values()), "mask")
    *arguments, dy = case.inputs.values()
    y, pullback = named(answer.masked_conv2d(*arguments), "y", "pullback").values()
    if np.shape(y) != dy.shape:
        raise Unusable(f"The shape of its y is {np.shape(y)}, expected {dy.shape}.")
    return {LEAK: _leak(answer, y, *arguments), "y": y, **pulled(pullback, dy, "dx", "dweight", "dbias")}


def _leak(answer: Any, y: np.ndarray, x: np.ndarray, weight: np.ndarray, bias: np.ndarray, itself: bool) -> float:
    """Change x from the middle of the image on, and return what that changes in y before; rounding counts as 0."""
    batch, _, height, width = x.shape
    place = height // 2 * width + width // 2
    later = np.arange(height * width).reshape(height, width) >= place + itself
    changed, _ = named(answer.masked_conv2d(np.where(later, 1 - x, x), weight, bias, itself), "y", "pullback").values()
    difference = np.abs(np.asarray(changed, np.float64) - np.asarray(y, np.float64))
    before = difference.reshape(batch, len(weight), -1)[:, :, : place + 1]
    return round(float(before.max()), 3)


def _refused(answer: Any, case: Case) -> float:
    """Return 1 if the answer raises InvalidArgument, and 0 if it returns something.

    Raises
    ------
    Unusable
        If it raises something else.
    """
    try:
        answer.causal_mask(*case.inputs.values())
    except InvalidArgument:
        return 1.0
    except (ArithmeticError, LookupError, ValueError, AssertionError) as error:
        raise Unusable(f"It raised {type(error).__name__}; for an even kernel, raise InvalidArgument.") from error
    return 0.0
