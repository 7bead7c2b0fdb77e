"""Cases of exercise 43: places between two whole numbers and on one, too few scores for the rate, ties, one score."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield scores in no order, each with several rates."""
    for n, rates in ((23, 5), (41, 7), (17, 3)):
        yield _case(rng, 50 + rng.gamma(2, 10, n), _rates(rng, n, rates))
    yield _case(rng, 50 + rng.gamma(2, 10, 31), rng.permutation([1 / 8, 1 / 4, 1 / 2]), "with places that are whole")
    yield _case(rng, 50 + rng.gamma(2, 10, 7), np.array([1 / 8, 1 / 4]), "with the highest score as the threshold")
    few = (rng.uniform(0.2, 0.8, 3) + np.arange(3)) / 20
    yield _case(rng, 50 + rng.gamma(2, 10, 19), few, "with too few scores for one of the rates")
    yield _case(rng, rng.normal(-40, 15, 29), _rates(rng, 29, 5), "with negative scores")
    ties = 10.0 * rng.permutation(np.repeat([3, 4, 6, 7, 9], [7, 3, 11, 2, 6]))
    yield _case(rng, ties, _rates(rng, 29, 7), "with equal scores")
    yield _case(rng, 50 + rng.gamma(2, 10, 37), rng.uniform(0.55, 0.95, 3), "with rates above one half")
    yield _case(rng, 50 + rng.gamma(2, 10, 1), np.array([0.3, 0.7]), "with one score")
    yield _case(rng, np.exp(rng.uniform(0, 14, 13)), _rates(rng, 13, 3), "with scores of very different sizes")
    near = 80 + 1e-2 * rng.permutation(np.arange(43) + rng.uniform(0, 0.5, 43))
    yield _case(rng, near, _rates(rng, 43, 5), "with scores close to each other")


def _case(rng: np.random.Generator, scores: np.ndarray, rates: np.ndarray, situation: str = "") -> Case:
    inputs = {"normal_scores": scores, "false_alarm_rates": rates}
    return Case("conformal_threshold", inputs, {}, situation)


def _rates(rng: np.random.Generator, n: int, count: int) -> np.ndarray:
    """Draw rates whose places lie clearly between two whole numbers, so that rounding does not decide."""
    places = rng.choice(np.arange(1, n), count, replace=False) + rng.uniform(0.15, 0.85, count)
    return 1 - places / (n + 1)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the threshold at each rate."""
    scores, rates = case.inputs.values()
    found = [answer.conformal_threshold(scores, float(rate)) for rate in rates]
    single = not any(one is None for one in found) and len({np.shape(one) for one in found}) == 1
    return {"thresholds": np.array(found) if single else found[0]}
