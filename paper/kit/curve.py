"""What is measured while a run goes on: means over images against the number of training images."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

Curve = dict[str, list[float]]
"""Columns of equal length: samples, and for every measure its mean and, as "NAME error", the standard error."""


def record_curve(
    records: Iterable[dict[str, Any]],
    measures: Mapping[str, Callable[[], Float[np.ndarray, " n"]]],
    curve: Curve,
    batch: int,
    samples: int,
) -> Iterator[dict[str, Any]]:
    """Measure four times in each power of ten, from 10^4 training images on, and at the end of a run.

    ``records`` count steps of ``batch`` images each, ``samples`` images in all; ``measures`` return one value an
    image.
    """
    points = {samples // batch, *(round(10 ** (k / 4) / batch) for k in range(16, 36))}
    for record in records:
        if record["step"] in points:
            curve.setdefault("samples", []).append(float(record["step"] * batch))
            for name, measure in measures.items():
                mean, error = mean_and_error(measure())
                curve.setdefault(name, []).append(mean)
                curve.setdefault(f"{name} error", []).append(error)
        yield record


def mean_and_error(values: Float[np.ndarray, " n"]) -> tuple[float, float]:
    """Return the mean and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
