"""When two results count as the same."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

SINGLE, DOUBLE = 1e-4, 1e-6
"""The largest error relative to the largest expected number: of answers that have the digits of float32, and of others.

Single precision is welcome in every exercise: in what is returned, before that is made float64 again, or in a part of
the formula. Where digits are the lesson, a case has expected numbers that are all small.
"""

CLOSE = 1e-5
"""Relations hold to this relative error, so that a float32 answer's mistakes are recognised too."""

TINY = 1e-300

MOST_BYTES = 2**29
"""Above, an output is not copied: a view of a single number may be as large as it likes."""


FALSE_ALARM, MOST_COMPARISONS = 1e-8, 100
"""The probability at which a right answer's estimate is rejected, and how many estimates a check may compare.

So the false-alarm rate of a check is at most 1e-6; the author's gate counts the comparisons.
"""


@dataclass(frozen=True)
class Estimate:
    """Averages of random numbers, and the standard error of each: right ones differ from each other by chance."""

    value: np.ndarray
    standard_error: np.ndarray


def as_array(value: Any) -> Any:
    """Return numbers and tensors as NumPy arrays, and everything else as it is."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        return np.asarray(value)  # all numbers of a subclass, such as those behind a mask, and compared as numbers
    if isinstance(value, bool | int | float | np.number | np.bool_):
        return np.asarray(value, None if isinstance(value, np.generic) else np.float64)
    return value


def own(array: np.ndarray) -> np.ndarray:
    """Return a copy, on which an answer cannot write later; what is too large for one stays a view."""
    return array if array.nbytes > MOST_BYTES else array.copy()


def disagreement(received: Any, expected: np.ndarray) -> float:
    """max|a - b| / max|b| over finite numbers; infinite for another shape or kind, or where one alone is finite."""
    if not isinstance(received, np.ndarray) or received.dtype.kind not in "fiub" or received.shape != expected.shape:
        return np.inf
    if expected.size == 0:
        return 0.0
    a, b = received.astype(np.float64, copy=False), expected.astype(np.float64, copy=False)
    finite = np.isfinite(b)
    if not np.array_equal(np.isfinite(a), finite):
        return np.inf
    if not finite.all():
        if not np.array_equal(a[~finite], b[~finite]):
            return np.inf
        a, b = a[finite], b[finite]
    with np.errstate(all="ignore"):
        difference = np.abs(a - b)
        if not difference.size or difference.max() == 0:
            return 0.0
        return float(difference.max() / max(np.abs(b).max(), TINY))


def agrees(received: Any, expected: Any) -> bool:
    """Whether an output is right: in the precision in which it was computed, or within what chance explains."""
    if isinstance(expected, Estimate):
        return isinstance(received, Estimate) and _within_chance(received, expected)
    error = disagreement(received, expected)
    return error < np.inf and error <= tolerance(received, expected)  # a view of another shape may be endless


def _within_chance(one: Estimate, other: Estimate) -> bool:
    """Compare two independent estimates, every number of them, at the false-alarm rate stated above in all."""
    if one.value.shape != other.value.shape or not np.all(np.isfinite(one.value)):
        return False
    bound = -NormalDist().inv_cdf(FALSE_ALARM / 2 / max(other.value.size, 1))
    return bool(np.all(np.abs(one.value - other.value) <= bound * np.sqrt(2) * other.standard_error))


def tolerance(received: Any, expected: np.ndarray) -> float:
    """Return the error that rounding explains; whole numbers and truth values must be exact where those are asked."""
    if expected.dtype.kind in "iub":
        return 0.0
    return SINGLE if isinstance(received, np.ndarray) and _has_few_digits(received) else DOUBLE


def _has_few_digits(numbers: np.ndarray) -> bool:
    """Whether float32 holds every number: it is of that kind, or was computed in it and converted afterwards."""
    if numbers.dtype.kind != "f" or numbers.dtype.itemsize < np.dtype(np.float64).itemsize:
        return numbers.dtype.kind == "f"
    with np.errstate(all="ignore"):
        return np.array_equal(numbers, numbers.astype(np.float32), equal_nan=True)


def alike(one: Any, other: Any) -> bool:
    """Whether two outputs, right or wrong, are the same: numbers but for rounding, NaN where there is NaN."""
    if hasattr(one, "standard_error") and hasattr(other, "standard_error"):
        return alike(one.value, other.value)
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return type(one) is type(other)
    if one.shape != other.shape or not {one.dtype.kind, other.dtype.kind} <= set("fiub"):
        return False
    finite = np.isfinite(one)
    if not finite.all():
        same_places = np.array_equal(finite, np.isfinite(other))
        if not same_places or not np.array_equal(one[~finite], other[~finite], equal_nan=True):
            return False
        one, other = one[finite], other[finite]
    return not one.size or disagreement(one, other) <= CLOSE


def same(one: Any, other: Any) -> bool:
    """Whether an input is what it was, bit for bit; objects that are no data count as unchanged."""
    if isinstance(other, dict):
        return isinstance(one, dict) and one.keys() == other.keys() and all(same(one[key], other[key]) for key in other)
    if isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    one, other = as_array(one), as_array(other)
    if isinstance(other, np.ndarray):
        return isinstance(one, np.ndarray) and np.array_equal(one, other, equal_nan=other.dtype.kind == "f")
    return True
