"""One output over several cases: what the relations look at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from course.diagnosis.agreement import CLOSE, disagreement
from course.diagnosis.attempt import Attempt, Case, Outputs

Rerun = Callable[[Case], Outputs]
"""Runs the right function on other inputs."""


@dataclass(frozen=True)
class Series:
    """The output ``name`` of the same function on several cases, received and expected."""

    name: str
    cases: tuple[Case, ...]
    received: tuple[np.ndarray, ...]
    expected: tuple[np.ndarray, ...]


def series_of(attempts: Sequence[Attempt], name: str) -> Series:
    """Return an output over attempts; all of them must have received an array of numbers."""
    return Series(
        name,
        tuple(attempt.case for attempt in attempts),
        tuple(_numbers(attempt.received[name]) for attempt in attempts),
        tuple(_numbers(attempt.expected[name]) for attempt in attempts),
    )


def _numbers(array: np.ndarray) -> np.ndarray:
    """Return truth values as 0 and 1, which can be subtracted."""
    return array.astype(np.int8) if array.dtype.kind == "b" else array


def close(received: ArrayLike, candidate: ArrayLike) -> bool:
    """Whether two arrays are the same but for rounding."""
    return disagreement(np.asarray(received), np.asarray(candidate)) <= CLOSE
