"""What metrics take: finite numbers, added in float64 whatever comes in, and factors that fit them row by row."""

import numpy as np
from jaxtyping import Float64, Int

from common.errors import InvalidArgument
from common.finite import require_finite


def real_numbers(argument: str, values: np.ndarray, axes: int, rows: int = 1) -> Float64[np.ndarray, "..."]:
    """Return finite numbers in float64.

    Raises
    ------
    InvalidArgument
        If there are other than ``axes`` axes, fewer than ``rows`` rows, no number at all, or one that is not finite.
    """
    if values.ndim != axes:
        raise InvalidArgument(argument, f"shape {values.shape}", f"an array with {axes} axes")
    if len(values) < rows or values.size == 0:
        raise InvalidArgument(argument, f"shape {values.shape}", f"at least {rows} along the first axis, and no 0")
    if values.dtype.kind not in "fiu":
        raise InvalidArgument(argument, f"dtype {values.dtype}", "numbers, of a floating type")
    require_finite(argument, values)
    return values.astype(np.float64)


def class_numbers(argument: str, values: np.ndarray, axes: int, rows: int) -> Int[np.ndarray, "..."]:
    """Return class numbers as int64.

    Raises
    ------
    InvalidArgument
        If they have other than ``axes`` axes or ``rows`` rows, or are not whole numbers of an integer type.
    """
    if values.ndim == 1 and axes == 2:
        remedy = f"For a single factor: {argument}[:, None]."
        raise InvalidArgument(argument, f"shape {values.shape}", "shape (n, factors)", remedy)
    if values.ndim != axes:
        raise InvalidArgument(argument, f"shape {values.shape}", f"an array with {axes} axes")
    if len(values) != rows:
        raise InvalidArgument(argument, f"{len(values)} rows", f"{rows}, one for each row of codes")
    if values.dtype.kind not in "biu":
        remedy = "Convert with .astype(np.int64)."
        raise InvalidArgument(argument, f"dtype {values.dtype}", "class numbers of an integer type", remedy)
    return values.astype(np.int64)


def check_training(training: int, rows: int) -> None:
    """Raise `InvalidArgument` unless ``training`` rows to learn from leave others to be measured on."""
    if not 0 < training < rows:
        raise InvalidArgument("training", training, f"a number from 1 to {rows - 1}, of {rows} rows")


def changing_factors(factors: Int[np.ndarray, "n factors"], training: int) -> Int[np.ndarray, "n changing"]:
    """Return the factors that have more than one value in the first ``training`` rows.

    Raises
    ------
    InvalidArgument
        If there is none.
    """
    changing = factors[:, (factors[:training] != factors[:1]).any(axis=0)]
    if changing.shape[1] == 0:
        given = f"factors of one value each in the first {training} rows"
        raise InvalidArgument("factors", given, "at least one factor that changes")
    return changing
