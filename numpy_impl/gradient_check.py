"""A pullback checked against finite differences of its value."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from common.errors import InvalidArgument
from numpy_impl.operations import Array

STEP = 1e-5

TOLERANCE = 1e-6
"""The error below which a pullback passes: right ones come out near 1e-9, wrong formulas above 1e-3."""


def finite_differences(
    function: Callable[..., Array], arguments: Sequence[Array], dy: Float[Array, "*shape"], step: float = STEP
) -> tuple[Array, ...]:
    """Return what the pullback of ``function`` should give for ``dy``: the gradient of sum(dy y) for each argument.

    Every number of every argument is moved up and down by ``step``, one at a time. Two errors compete: the formula is
    off by a multiple of step^2, and rounding by about 1e-16 / step in float64. Source: Goodfellow, Bengio & Courville
    2016, "Deep Learning", section 11.5.

    Raises
    ------
    InvalidArgument
        If an argument is not float64: the differences would be rounding errors.
    """
    for argument in arguments:
        if argument.dtype != np.float64:
            raise InvalidArgument("arguments", f"dtype {argument.dtype}", "float64", "Convert with astype(np.float64).")
    return tuple(_gradient(function, arguments, position, dy, step) for position in range(len(arguments)))


def pullback_errors(
    operation: Callable[..., tuple[Array, Callable[..., Array | tuple[Array, ...]]]],
    arguments: Sequence[Array],
    dy: Float[Array, "*shape"],
    step: float = STEP,
) -> tuple[float, ...]:
    """Return max|a - b| / max|b| for each argument: a is what the pullback gives for ``dy``, b the finite differences.

    ``operation`` returns value and pullback; an error below `TOLERANCE` passes, unless there is a kink within ``step``.
    A wrong shape counts as infinite. Draw ``dy`` at random: what is wrong may be right for ones. Only branches that the
    arguments reach are checked, and entries far smaller than the largest are not: give those arguments of their own.
    """
    received = operation(*arguments)[1](dy)
    gradients = received if isinstance(received, tuple) else (received,)
    expected = finite_differences(lambda *moved: operation(*moved)[0], arguments, dy, step)
    return tuple(_relative_error(a, b) for a, b in zip(gradients, expected, strict=True))


def _gradient(
    function: Callable[..., Array], arguments: Sequence[Array], position: int, dy: Array, step: float
) -> Array:
    gradient = np.zeros_like(arguments[position])
    for index in np.ndindex(gradient.shape):
        ends = []
        for sign in (1, -1):
            moved = [argument.copy() for argument in arguments]
            moved[position][index] += sign * step
            ends.append((dy * function(*moved)).sum())
        gradient[index] = (ends[0] - ends[1]) / (2 * step)
    return gradient


def _relative_error(received: Array, expected: Array) -> float:
    if np.shape(received) != expected.shape:
        return float("inf")
    difference, size = np.abs(received - expected).max(), np.abs(expected).max()
    return float(difference / size if size else difference)
