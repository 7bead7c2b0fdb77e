"""The answer has another shape than the right one, or its numbers at other places."""

from collections.abc import Callable
from itertools import combinations, permutations

import numpy as np

from course.diagnosis.finding import Finding
from course.diagnosis.series import Series, close

MOST_AXES, MOST_NUMBERS = 4, 10**7
ORDERS: tuple[tuple[str, str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("turned by half a turn", "with both last axes reversed", lambda e: e[..., ::-1, ::-1]),
    ("last axes exchanged", "with the last two axes exchanged", lambda e: e.swapaxes(-1, -2)),
    ("first axes exchanged", "with the first two axes exchanged", lambda e: e.swapaxes(0, 1)),
)


def shape_story(series: Series) -> Finding | None:
    """Say how the shape differs, and what would make it right."""
    pairs = list(zip(series.received, series.expected, strict=True))
    number = next((number for number, (r, e) in enumerate(pairs) if r.shape != e.shape), None)
    if number is None:
        return None
    (received, expected), sizes = pairs[number], series.cases[number].sizes
    shapes = f"Its shape is {_spelled(received.shape, sizes)}, expected {_spelled(expected.shape, sizes)}."
    name, remark = _relation(received, expected)
    return Finding(name, f"{shapes} {remark}".strip())


def other_order(series: Series) -> Finding | None:
    """Recognise the right numbers at the wrong places."""
    pairs = list(zip(series.received, series.expected, strict=True))
    if not all(close(np.sort(r, axis=None), np.sort(e, axis=None)) for r, e in pairs):
        return None
    for name, how, change in ORDERS:
        if all(e.ndim > (2 if "turned" in name else 1) and close(r, change(e)) for r, e in pairs):
            return Finding(name, f"These are the expected numbers {how}.")
    for axis in range(pairs[0][1].ndim):
        if all(e.ndim > axis and close(r, np.flip(e, axis)) for r, e in pairs):
            return Finding("reversed axis", f"These are the expected numbers in reverse order along axis {axis}.")
    return Finding("other order", "These are the expected numbers, but at other places: an axis or a reshape is wrong.")


def _relation(received: np.ndarray, expected: np.ndarray) -> tuple[str, str]:
    if received.size > MOST_NUMBERS:  # a view may claim to have more than any memory
        return "shape", ""
    if received.size == expected.size and close(np.squeeze(received), np.squeeze(expected)):
        return "axis of length 1", "The numbers are right: an axis of length 1 is missing or left over."
    if 1 < received.ndim == expected.ndim <= MOST_AXES:
        for order in permutations(range(received.ndim)):
            if close(received.transpose(order), expected):
                return "transposed", "Transposed, the numbers are right."
    for reduce, verb in ((np.sum, "summed"), (np.mean, "averaged")):
        for axes in _axes(received.ndim):
            if close(reduce(received, axis=axes), expected):
                return f"not {verb}", f"{verb.capitalize()} over {_axis_words(axes)}, the numbers would be right."
        for axes in _axes(expected.ndim):
            if close(received, np.asarray(reduce(expected, axis=axes))):
                return (
                    f"{verb} too far",
                    f"It is the expected value {verb} over {_axis_words(axes)}: a reduction too many.",
                )
    return "shape", ""


def _axes(dimensions: int) -> list[tuple[int, ...]]:
    return [axes for count in range(1, dimensions + 1) for axes in combinations(range(dimensions), count)]


def _axis_words(axes: tuple[int, ...]) -> str:
    return f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"


def _spelled(shape: tuple[int, ...], sizes: dict[str, int]) -> str:
    """Return a shape with the names of its sizes: (batch size 5, latents 3)."""
    names = {size: name for name, size in sizes.items()}
    words = [f"{names[size]} {size}" if size in names else str(size) for size in shape]
    return f"({', '.join(words)}{',' * (len(words) == 1)})"
