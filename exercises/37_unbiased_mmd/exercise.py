"""Cases of exercise 37: unequal samples, far apart and near, with points that coincide, and a value below 0."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

SIZES = ((7, 5, 3), (3, 11, 2), (5, 13, 7))
"""Codes n, points m, and D."""


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield the three functions at unequal sizes, and the situations in which they go wrong."""
    for sizes in SIZES[:2]:
        yield _distances(rng, *sizes)
    yield _distances(rng, 1, 5, 3, situation="with one point in a")
    for sizes in SIZES[:2]:
        yield _kernel(rng, *sizes)
    yield _kernel(rng, 5, 3, 7, far=100.0, situation="with points far apart")
    yield _kernel(rng, 3, 5, 1, situation="with D = 1")
    for sizes in SIZES:
        yield _mmd(rng, *sizes)
    yield _mmd(rng, 2, 3, 5, situation="with two codes")
    yield _mmd(rng, 5, 7, 3, shift=9.0, situation="with samples far apart")
    yield _mmd(rng, 7, 11, 2, situation="with two equal codes")
    yield _mmd(rng, 13, 11, 3, situation="with a value below 0")


def _distances(rng: np.random.Generator, n: int, m: int, D: int, situation: str = "") -> Case:
    inputs = {"a": rng.normal(0.4, 1.5, (n, D)), "b": rng.normal(-0.3, 1.0, (m, D)), "dy": rng.normal(0.2, 1, (n, m))}
    return Case("squared_distances", inputs, {"n": n, "m": m, "D": D}, situation)


def _kernel(rng: np.random.Generator, n: int, m: int, D: int, far: float = 4.0, situation: str = "") -> Case:
    inputs = {"squared": far * rng.exponential(D, (n, m)), "D": D, "dy": rng.normal(0.2, 1, (n, m))}
    inputs["squared"][0, 0] = 0.0
    return Case("inverse_multiquadratic", inputs, {"n": n, "m": m, "D": D}, situation)


def _mmd(rng: np.random.Generator, n: int, m: int, D: int, shift: float = 0.8, situation: str = "") -> Case:
    z, prior = rng.normal(shift, 1.4, (n, D)), rng.standard_normal((m, D))
    if "equal codes" in situation:
        z[3] = z[1]
    if "below 0" in situation:  # codes that lie near the prior's points, as pairs of samples of one distribution do
        z[:m] = prior + rng.normal(0, 0.2, (m, D))
    return Case("unbiased_mmd", {"z": z, "prior": prior, "dy": rng.normal(0, 2)}, {"n": n, "m": m, "D": D}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the value, and what the pullback makes of dy."""
    *arguments, dy = case.inputs.values()
    name = {"squared_distances": "distances", "inverse_multiquadratic": "kernel", "unbiased_mmd": "MMD"}[case.part]
    value, pullback = named(getattr(answer, case.part)(*arguments), name, "pullback").values()
    gradients = {"squared_distances": ("da", "db"), "inverse_multiquadratic": ("dsquared",), "unbiased_mmd": ("dz",)}
    return {name: value, **named(pullback(dy), *gradients[case.part])}
