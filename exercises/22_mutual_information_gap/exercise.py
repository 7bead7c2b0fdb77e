"""Cases of exercise 22: unevenly spread factors, latents that know them more or less, and what has no entropy."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, refused

ONE_LATENT, NO_CHANGE = "with one latent", "with factors that never change"
PAIRS = ((101, 3, 7), (211, 11, 5), (151, 2, 13))


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield pairs of numbers with gaps and signs, then factors and codes."""
    for n, rows, columns in PAIRS:
        a = _values(rng, rows)[_uneven(rng, n, rows)]
        b = _values(rng, columns)[(a + _uneven(rng, n, columns)) % columns]
        yield Case("discrete_mutual_information", {"a": a, "b": b}, {"pairs": n})
    groups = rng.integers(0, 7, 83)
    certain = {"a": _values(rng, 7)[groups], "b": _values(rng, 3)[groups % 3]}
    yield Case("discrete_mutual_information", certain, {"pairs": 83}, "where a decides b")
    powers = np.array([0, 1, 10, 1000, 10_000, 10**12])  # no a * 1000 + b tells all pairs of these apart
    signed = np.concatenate([powers, -powers])
    scattered = {"a": signed[rng.integers(0, 12, 409)], "b": signed[rng.integers(0, 12, 409)]}
    scattered["b"] = np.where(rng.random(409) < 0.4, -scattered["a"], scattered["b"])
    yield Case("discrete_mutual_information", scattered, {"pairs": 409}, "with numbers from -10^12 to 10^12")
    a = rng.integers(0, 5, 307)
    neighbours = {"a": 2**60 + a, "b": -(2**60) + (a + rng.integers(0, 2, 307)) % 5}
    yield Case("discrete_mutual_information", neighbours, {"pairs": 307}, "with numbers near 2^60, alike as floats")
    for n, factors, latents in ((503, 3, 5), (307, 5, 7), (211, 2, 3)):
        yield _gap(rng, n, factors, latents)
    case = _gap(rng, 211, 3, 5)
    case.inputs["codes"][:, 3:] = case.inputs["codes"][:, :2]
    yield Case(case.part, case.inputs, case.sizes, "where two latents are the same")
    case = _gap(rng, 307, 5, 7)
    case.inputs["factors"][:, rng.integers(5)] = 3
    yield Case(case.part, case.inputs, case.sizes, "with a factor that never changes")
    case = _gap(rng, 211, 3, 5)
    case.inputs["codes"][:, rng.integers(5)] = 0
    yield Case(case.part, case.inputs, case.sizes, "with a latent that never changes")
    case = _gap(rng, 103, 3, 1)
    yield Case(case.part, case.inputs, situation=ONE_LATENT)
    case = _gap(rng, 103, 3, 5)
    case.inputs["factors"][:] = 2
    yield Case(case.part, case.inputs, situation=NO_CHANGE)


def _gap(rng: np.random.Generator, n: int, factors: int, latents: int) -> Case:
    """Mix the factors into the codes: every latent holds one of them for the most part, and noise."""
    values = np.stack([_uneven(rng, n, 2 + 3 * k) for k in range(factors)], axis=1)
    mixing = rng.normal(0, 0.15, (factors, latents))
    mixing[np.arange(latents) % factors, np.arange(latents)] += rng.uniform(0.5, 2, latents)
    codes = values / values.std(axis=0) @ mixing + rng.normal(0, 0.3, (n, latents))
    sizes = {name: size for name, size in {"images": n, "factors": factors, "latents": latents}.items() if size > 2}
    return Case("mutual_information_gap", {"factors": values, "codes": codes}, sizes)


def _uneven(rng: np.random.Generator, n: int, values: int) -> np.ndarray:
    """Draw numbers 0 .. values - 1, some more often than others, but none so seldom that only one may turn up."""
    return rng.choice(values, n, p=0.5 / values + 0.5 * rng.dirichlet(np.full(values, 2.0)))


def _values(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.permutation(np.arange(-20, 60))[:count]


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the information in nats, or the gap, or whether inputs without a gap are refused."""
    if case.situation in (ONE_LATENT, NO_CHANGE):
        return refused(answer.mutual_information_gap, case.inputs.values(), "where there is no gap to measure")
    name = "I(a; b)" if case.part == "discrete_mutual_information" else "MIG"
    return named(getattr(answer, case.part)(*case.inputs.values()), name)
