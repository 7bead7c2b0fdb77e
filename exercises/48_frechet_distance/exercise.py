"""Cases of exercise 48: clouds of unequal sizes, single and constant features, equal means, equal covariances."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case

SIZES = ((11, 17, 3), (19, 13, 5), (23, 31, 7))
"""Rows n and m, and features."""


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary pairs of clouds, and those in which one part of the formula is silent or hard to compute."""
    for n, m, features in SIZES:
        yield _case(_cloud(rng, n, features), _cloud(rng, m, features))
    yield _case(_cloud(rng, 13, 1), _cloud(rng, 7, 1), "with a single feature")
    yield _case(_cloud(rng, 4, 3), _cloud(rng, 5, 3), "with hardly more rows than features")
    one, other = _cloud(rng, 17, 5), _cloud(rng, 29, 5)
    yield _case(one - one.mean(0), other - other.mean(0), "with equal means")
    one = _cloud(rng, 19, 3)
    yield _case(one, one[::-1] + rng.normal(0, 2, 3), "with equal covariances")
    one, other = _cloud(rng, 29, 7), _cloud(rng, 23, 7)
    one[:, 2] = other[:, 2] = 0.0
    yield _case(one, other, "with a feature that is 0 in all rows")
    one, other = _cloud(rng, 13, 3), _cloud(rng, 19, 3)
    one[:, 1] = 1.5
    yield _case(one, other, "with a feature that is constant in one set")
    scales = np.array([0.1, 1.0, 5.0, 20.0, 0.3])
    yield _case(_cloud(rng, 23, 5) * scales, _cloud(rng, 37, 5) * scales, "with features of very different sizes")
    yield _case(_cloud(rng, 31, 3) + 30, _cloud(rng, 11, 3), "with clouds far apart")


def _cloud(rng: np.random.Generator, rows: int, features: int) -> np.ndarray:
    """Draw rows with a mean, and with features that depend on each other."""
    mixing = rng.normal(0, 1, (features, features)) + np.diag(rng.uniform(0.5, 2, features))
    return rng.standard_normal((rows, features)) @ mixing + rng.normal(0, 1.5, features)


def _case(one: np.ndarray, other: np.ndarray, situation: str = "") -> Case:
    sizes = {"n": len(one), "m": len(other), "features": one.shape[1]}
    return Case("frechet_distance", {"one": np.ascontiguousarray(one), "other": other}, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the distance, that of the sets in the other order, and that after one of them has grown."""
    one, other = case.inputs.values()
    return {
        "distance": answer.frechet_distance(one, other),
        "distance in the other order": answer.frechet_distance(other, one),
        "distance of the first set doubled": answer.frechet_distance(2 * one, other),
    }
