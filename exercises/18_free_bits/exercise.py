"""Cases of exercise 18: latents on both sides of the minimum, and some exactly on it."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, pulled


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield three ordinary cases, and the minimum below, at and above all mean KLs."""
    for batch, latents, paying in ((7, 5, 3), (5, 11, 2), (3, 13, 7)):
        kl = _kl(rng, batch, latents)
        means = np.sort(kl.mean(axis=0))[::-1]
        yield _case(kl, float(means[paying - 1 : paying + 1].mean()), rng)
    kl = _kl(rng, 5, 3)
    yield _case(kl, 0.0, rng, "with a minimum of 0")
    kl = _kl(rng, 7, 3)
    kl[:, rng.integers(3)] = 0.0
    yield _case(kl, 0.0, rng, "with a minimum of 0, and a latent that says nothing")
    yield _case(kl, float(kl.mean(axis=0).max() + 1), rng, "with every latent below the minimum")
    yield _at_equality(rng)
    kl = _kl(rng, 1, 7)
    yield _case(kl, float(np.sort(kl[0])[2:4].mean()), rng, "with one image")


def _kl(rng: np.random.Generator, batch: int, latents: int) -> np.ndarray:
    """Draw KLs that differ between images by more than between latents."""
    return rng.gamma(0.8, 1.0, (batch, latents)) * rng.uniform(0.3, 2.5, latents)


def _case(kl: np.ndarray, minimum: float, rng: np.random.Generator, situation: str = "") -> Case:
    sizes = {"batch size": len(kl), "latents": kl.shape[1]}
    return Case("free_bits", {"kl": kl, "minimum": minimum, "dy": float(rng.normal(0, 2) + 0.1)}, sizes, situation)


def _at_equality(rng: np.random.Generator) -> Case:
    """Two of five latents have a mean of exactly 0.75; quarters and a batch of four leave no rounding."""
    columns = [[0.0, 0.0, 1.0, 2.0], [0.5, 0.5, 0.5, 2.0], [0.5, 0.25, 0.5, 0.25], [0.75] * 4, [2.0, 0.0, 1.0, 1.0]]
    kl = np.array(columns).T
    inputs = {"kl": rng.permutation(kl), "minimum": 0.75, "dy": float(rng.normal(0, 2) + 0.1)}
    return Case("free_bits", inputs, {"latents": 5}, "with latents whose mean is exactly the minimum")


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the cost, and what its pullback makes of dy."""
    value, pullback = named(answer.free_bits(case.inputs["kl"], case.inputs["minimum"]), "y", "pullback").values()
    return {"y": value, **pulled(pullback, case.inputs["dy"], "dkl")}
