"""Cases of exercise 19: dead, weak and busy latents far from zero, and counts on both sides of a tenth."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

MANY = "with thousands of images"


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield three cases a function, and one with many images."""
    for images, latents, situation in ((5, 3, ""), (7, 11, ""), (13, 5, ""), (2503, 3, MANY)):
        sizes = {"number of images": images, "latents": latents}
        mu = rng.normal(0, 1, (images, latents)) * rng.uniform(0.3, 2, latents) + rng.normal(0, 1.5, latents)
        yield Case("latent_activity", {"mu": mu}, sizes, situation)
    for images, latents, situation in ((11, 17, ""), (13, 29, ""), (7, 19, ""), (2503, 13, MANY)):
        yield Case("active_units", {"mu": _posterior_means(rng, images, latents)}, {"latents": latents}, situation)
    yield _counts(rng, 20)
    yield _counts(rng, 53)
    yield _counts(rng, 3, 5, 7, situation="with fewer than ten latents")


def _counts(rng: np.random.Generator, *latents: int, situation: str = "") -> Case:
    """Pair every number of latents with every number of active ones."""
    pairs = rng.permutation([(active, number) for number in latents for active in range(number + 1)])
    return Case("has_collapsed", {"active": pairs[:, 0], "latents": pairs[:, 1]}, {}, situation)


def _posterior_means(rng: np.random.Generator, images: int, latents: int) -> np.ndarray:
    """Draw latents whose variances over images are dead, weak, near the threshold on both sides, or large."""
    near = [0.0, 1e-5, 3e-4, 0.00085, 0.0015, 0.004, 0.007, 0.0095, 0.0105, 0.05, 0.3]
    variances = np.concatenate([near, rng.choice([3e-4, 0.03, 4.0], latents - len(near))])
    standard = rng.normal(0, 1, (images, latents))
    standard = (standard - standard.mean(axis=0)) / standard.std(axis=0)
    means = rng.normal(0, 1, latents) * rng.integers(0, 2, latents)
    means[:2] = 1.5, -0.5  # far from 0, and hardly ever moved
    return (standard * np.sqrt(variances) + means)[:, rng.permutation(latents)]


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the activities, the counts, or the judgement on every pair of counts."""
    if case.part == "latent_activity":
        return named(answer.latent_activity(case.inputs["mu"]), "activity")
    if case.part == "active_units":
        return {
            **named(answer.active_units(case.inputs["mu"]), "active units"),
            "active units of one latent at a time": _one_at_a_time(answer, case.inputs["mu"]),
        }
    pairs = zip(case.inputs["active"].tolist(), case.inputs["latents"].tolist(), strict=True)
    judged = [answer.has_collapsed(*pair) for pair in pairs]
    return {"collapsed": None if None in judged else np.array([float(bool(one)) for one in judged])}


def _one_at_a_time(answer: Any, mu: np.ndarray) -> Any:
    """Return the count for every latent by itself, which tells more than their sum; what is no number as it is."""
    counts = [answer.active_units(mu[:, [latent]]) for latent in range(mu.shape[1])]
    try:
        return np.array([float(one) for one in counts])
    except (TypeError, ValueError):
        return counts[0]
