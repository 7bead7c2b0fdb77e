"""Where the answer is wrong: everywhere, at some inputs, at some indices; and the worst place."""

from typing import Any

import numpy as np

from course.diagnosis.agreement import CLOSE, disagreement
from course.diagnosis.finding import Finding
from course.diagnosis.series import Series, close

IMAGE_AXES = 4
HALF = 1e-2
"""The largest error, relative to the largest number, that is put down to float16."""

FEWEST_ENTRIES = 3
"""So many entries must be wrong, and so many right, before they are said to have something in common."""


def zero_everywhere(series: Series) -> Finding | None:
    """Recognise an output that is 0 where it should not be: a gradient that does not flow."""
    if any(np.any(received) for received in series.received) or not any(np.any(e) for e in series.expected):
        return None
    if "gradient" in series.name:
        return Finding("blocked gradient", "It is 0 everywhere: the chain is cut on the way there.")
    if all(expected.size == 1 for expected in series.expected):
        return Finding("zero", f"It is 0, expected {series.expected[0].item():.6g}.")
    return Finding("zero", "It is 0 everywhere.")


def as_it_came(series: Series) -> Finding | None:
    """Recognise an output that is the input of its name: a moment, a count or a state that never changes."""
    pairs = list(zip(series.cases, series.received, strict=True))
    for name in (name for name in series.cases[0].inputs if name.split()[-1] == series.name.split()[-1]):
        if all(_is_numbers(case.inputs.get(name)) and close(r, np.asarray(case.inputs[name])) for case, r in pairs):
            return Finding(f"{name} as it came", f"It is exactly `{name}` as it came in: nothing has changed it.")
    return None


def wrong_zeros(series: Series) -> Finding | None:
    """Recognise numbers that are right, but where they should be 0; and zeros among numbers that are right."""
    pairs = list(zip(series.received, series.expected, strict=True))
    wrong = [_wrong(r, e) for r, e in pairs]
    count, total = sum(int(mask.sum()) for mask in wrong), sum(mask.size for mask in wrong)
    if min(count, total - count) < FEWEST_ENTRIES:
        return None
    if all(np.array_equal(mask, e == 0) for mask, (_, e) in zip(wrong, pairs, strict=True)):
        return partly_right(series) or Finding(
            "not 0", "It is right where it is not 0; where it should be 0, it is another number."
        )
    if all(np.array_equal(mask, (r == 0) & (e != 0)) for mask, (r, e) in zip(wrong, pairs, strict=True)):
        sentence = f"It is right but for {count} of {total} numbers, which are 0 and should not be."
        return partly_right(series) or Finding("0 in places", sentence)
    return None


def not_finite(series: Series) -> Finding | None:
    """Recognise NaN and infinity."""
    for received, expected in zip(series.received, series.expected, strict=True):
        bad = ~np.isfinite(received) & np.isfinite(expected)
        if np.any(bad):
            kinds = {"NaN": np.isnan, "infinity": np.isposinf, "minus infinity": np.isneginf}
            there = [kind for kind, test in kinds.items() if np.any(test(received[bad]))]
            sentence = f"{int(bad.sum())} of {bad.size} numbers are {' or '.join(there)}: an exp that overflows, "
            return Finding(
                "not finite",
                sentence + "the log of 0, a division by 0, or the root or arccos of a number beyond its range.",
            )
    return None


def cut_off(series: Series) -> Finding | None:
    """Recognise the right numbers, held above or below a bound."""
    pairs = list(zip(series.received, series.expected, strict=True))
    if any(e.size == 0 for _, e in pairs):
        return None
    low, high = min(float(r.min()) for r, _ in pairs), max(float(r.max()) for r, _ in pairs)
    for bounds, words in (((low, np.inf), f"never below {low:.6g}"), ((-np.inf, high), f"never above {high:.6g}")):
        held = [np.clip(e, *bounds) for _, e in pairs]
        beyond = sum(int((h != e).sum()) for (_, e), h in zip(pairs, held, strict=True))
        if beyond >= FEWEST_ENTRIES and all(close(r, h) for (r, _), h in zip(pairs, held, strict=True)):
            return Finding("cut off", f"It is right, but {words}: the numbers beyond are cut off.")
    return None


def same_along_an_axis(series: Series) -> Finding | None:
    """Recognise one number repeated along an axis: the mean, the sum or the first of the expected ones."""
    pairs = list(zip(series.received, series.expected, strict=True))
    for axis in range(min(e.ndim for _, e in pairs)):
        reductions = {
            "the mean": [e.mean(axis=axis, keepdims=True) for _, e in pairs],
            "the sum": [e.sum(axis=axis, keepdims=True) for _, e in pairs],
            "the first": [e.take([0], axis=axis) for _, e in pairs],
        }
        for word, values in reductions.items():
            if all(close(r, np.broadcast_to(v, e.shape)) for (r, e), v in zip(pairs, values, strict=True)):
                sentence = f"All numbers along axis {axis} are the same: {word} of the expected ones."
                return Finding(f"{word} repeated along an axis", sentence)
    return None


def nearly_right(series: Series) -> Finding | None:
    """Recognise an error too small for a mistake in the formula and too large for rounding in float64."""
    errors = [
        disagreement(received, expected) for received, expected in zip(series.received, series.expected, strict=True)
    ]
    if max(errors) > CLOSE:
        return _digits_of_float16(series, max(errors))
    sentence = f"It is right but for an error of {max(errors):.0e} of the largest number: something small was added "
    causes = "(an epsilon in a log, say), digits were lost (float16 or float32 inside), or a shortcut begins too early."
    return Finding("nearly right", sentence + causes)


def _digits_of_float16(series: Series, error: float) -> Finding | None:
    """Recognise right numbers that are rounded, as float16 rounds them."""
    numbers = np.concatenate([received.ravel() for received in series.received])
    with np.errstate(all="ignore"):
        if error > HALF or not np.array_equal(numbers, numbers.astype(np.float16).astype(numbers.dtype)):
            return None
    sentence = f"It is right but for an error of {error:.0e} of the largest number, and has the few digits of float16."
    return Finding("digits of float16", sentence)


def partly_right(series: Series) -> Finding | None:
    """Find what the wrong entries have in common: the sign of an input, or an index along an axis."""
    masks = [_wrong(received, expected) for received, expected in zip(series.received, series.expected, strict=True)]
    wrong, total = sum(int(mask.sum()) for mask in masks), sum(mask.size for mask in masks)
    if min(wrong, total - wrong) < FEWEST_ENTRIES:
        return None
    for name in series.cases[0].inputs:
        for word, test in (("negative", np.less), ("positive", np.greater)):
            if all(
                _same_places(mask, case.inputs.get(name), test) for mask, case in zip(masks, series.cases, strict=True)
            ):
                return Finding(f"wrong where {name} is {word}", f"It is right except where `{name}` is {word}.")
    return (_along_an_axis(masks) if len(masks) > 1 else None) or _at_the_border(masks)


def worst_entry(series: Series) -> Finding:
    """Name the entry with the largest error."""
    with np.errstate(all="ignore"):
        errors = [np.where(r == e, 0, np.abs(r - e)) for r, e in zip(series.received, series.expected, strict=True)]
    number = int(np.argmax([error.max() if error.size else 0 for error in errors]))
    index = np.unravel_index(np.argmax(errors[number]), errors[number].shape)
    place = f"at index ({', '.join(map(str, index))})" if index else "the number"
    received, expected = series.received[number][index], series.expected[number][index]
    wrong = sum(int(_wrong(r, e).sum()) for r, e in zip(series.received, series.expected, strict=True))
    total = sum(e.size for e in series.expected)
    sentence = f"{place}: received {received + 0.0:.6g}, expected {expected + 0.0:.6g}."
    sentence += f" {wrong} of {total} numbers are wrong."
    return Finding("", sentence)


def _along_an_axis(masks: list[np.ndarray]) -> Finding | None:
    for axis in range(min(mask.ndim for mask in masks)):
        if min(mask.shape[axis] for mask in masks) < FEWEST_ENTRIES:
            continue
        lines = [_indices_of_wrong_lines(mask, axis) for mask in masks]
        for word, wanted in (("the first", 0), ("the last", -1)):
            alone = [[wanted % mask.shape[axis]] for mask in masks]
            others = [
                [i for i in range(mask.shape[axis]) if i not in one] for mask, one in zip(masks, alone, strict=True)
            ]
            if lines == alone:
                return Finding(f"wrong at {word} index", f"It is wrong at {word} index of axis {axis} alone.")
            if lines == others:
                return Finding(f"right at {word} index alone", f"It is right at {word} index of axis {axis} alone.")
    return None


def _at_the_border(masks: list[np.ndarray]) -> Finding | None:
    """Recognise errors that lie in the outermost rows and columns of images alone."""
    if any(mask.ndim != IMAGE_AXES or min(mask.shape[-2:]) < FEWEST_ENTRIES for mask in masks):
        return None
    if any(mask[..., 1:-1, 1:-1].any() for mask in masks):
        return None
    return Finding("wrong at the border", "It is wrong in the outermost rows and columns alone: padding, or a size.")


def _indices_of_wrong_lines(mask: np.ndarray, axis: int) -> list[int]:
    others = tuple(other for other in range(mask.ndim) if other != axis)
    return np.flatnonzero(mask.any(axis=others)).tolist()


def _same_places(mask: np.ndarray, values: Any, test: np.ufunc) -> bool:
    """Whether the wrong entries are those where the input passes the test."""
    array = np.asarray(values)
    return array.shape == mask.shape and array.dtype.kind in "fi" and bool(np.array_equal(mask, test(array, 0)))


def _is_numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray | int | float) and not isinstance(value, bool)


def _wrong(received: np.ndarray, expected: np.ndarray) -> np.ndarray:
    scale = max(float(np.abs(expected[np.isfinite(expected)]).max(initial=0)), 1e-300)
    with np.errstate(all="ignore"):
        return ~((received == expected) | (np.abs(received - expected) <= CLOSE * scale))
