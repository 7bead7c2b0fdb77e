"""What is measured while a run goes on, and at which of its steps."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from common.errors import InvalidArgument

Curve = dict[str, list[float]]
"""Columns of equal length, such as samples, and for a measure its mean and, as "NAME error", the standard error."""


def four_in_each_decade(samples: int, batch: int) -> set[int]:
    """Return the steps, of ``batch`` images each, after which to measure: from 10^4 images on, and after the last."""
    return {samples // batch, *(round(10 ** (k / 4) / batch) for k in range(16, 36))}


def evenly(steps: int, points: int) -> set[int]:
    """Return the steps after which to measure: at equal distances, and after the last."""
    return {round(steps * k / points) for k in range(1, points + 1)}


def note(curve: Curve, values: Mapping[str, float]) -> None:
    """Add a point to the columns of a curve."""
    for name, value in values.items():
        curve.setdefault(name, []).append(float(value))


def with_errors(measured: Mapping[str, Float[np.ndarray, " n"]]) -> dict[str, float]:
    """Return means over images and, as "NAME error", their standard errors."""
    found: dict[str, float] = {}
    for name, values in measured.items():
        found[name], found[f"{name} error"] = mean_and_error(values)
    return found


def mean_and_error(values: Float[np.ndarray, " n"]) -> tuple[float, float]:
    """Return the mean and its standard error.

    Raises
    ------
    InvalidArgument
        If there are fewer than two values, which have no standard error.
    """
    if len(values) < 2:
        raise InvalidArgument("images", len(values), "at least two to measure on, for a standard error")
    wide = values.astype(np.float64)
    return float(wide.mean()), float(wide.std(ddof=1) / np.sqrt(len(wide)))
