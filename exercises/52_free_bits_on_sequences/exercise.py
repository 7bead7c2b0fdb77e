"""Cases of exercise 52: latents on both sides of the minimum, and what stands at padding."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary batches, and those at the ends of what beta, the minimum and the mask may be."""
    for sizes in ((7, 5, 3), (3, 11, 5), (5, 7, 13)):
        yield _case(rng, *sizes)
    yield _case(rng, 5, 11, 3, "with log p of minus infinity at padding")
    yield _case(rng, 3, 7, 5, "with a minimum of 0", minimum=0.0)
    yield _case(rng, 7, 3, 5, "with every latent below the minimum", minimum=20.0)
    yield _case(rng, 5, 3, 7, "with beta = 0", beta=0.0)
    yield _case(rng, 1, 7, 3, "with one string")
    yield _case(rng, 3, 5, 2, "with no padding")


def _case(
    rng: np.random.Generator,
    batch: int,
    places: int,
    latents: int,
    situation: str = "",
    beta: float | None = None,
    minimum: float | None = None,
) -> Case:
    lengths = rng.permutation(np.linspace(1, places, batch + 2).round().astype(int)[1:-1])
    if "no padding" in situation:
        lengths[:] = places
    counts = np.arange(places) < lengths[:, None]
    log_p = -rng.gamma(1.2, 1.5, (batch, places))
    if "infinity" in situation:
        log_p[~counts] = -np.inf
    kl = rng.gamma(0.8, 1.0, (batch, latents)) * rng.uniform(0.3, 2.5, latents)
    means = np.sort(kl.mean(axis=0))
    least = float(means[latents // 2 - 1 : latents // 2 + 1].mean()) if minimum is None else minimum
    weight = float(rng.uniform(0.2, 0.8)) if beta is None else beta
    sizes = {"batch size": batch, "places": places, "latents": latents, "tokens": int(counts.sum())}
    inputs = {"log_p": log_p, "counts": counts, "kl": kl, "beta": weight, "minimum": least}
    return Case("free_bits_on_sequences", inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the three numbers by name."""
    return named(answer.free_bits_on_sequences(*case.inputs.values()), "loss", "elbo", "per_token")
