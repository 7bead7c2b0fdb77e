"""Cases of exercise 02: ordinary posteriors, very narrow ones, and very wide ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield two ordinary cases of unequal sizes, narrow posteriors alone, wide ones, and one image with zeros."""
    for batch, latents, level, spread, situation in (
        (7, 3, -0.3, 1.5, ""),
        (5, 13, -0.3, 1.5, ""),
        (13, 7, -14.0, 4.0, "with logvar down to -20"),
        (17, 11, -0.3, 12.0, "with logvar up to 20"),
    ):
        inputs = {
            "mu": rng.normal(0.4, 1.5, (batch, latents)),
            "logvar": np.clip(rng.normal(level, spread, (batch, latents)), -20, 20),
        }
        yield Case("gaussian_kl", inputs, {"batch size": batch, "latents": latents}, situation)
    inputs = {"mu": np.array([[0.0, 1.5, 0.0, -2.0]]), "logvar": np.array([[0.0, 0.0, -3.0, 1.0]])}
    yield Case("gaussian_kl", inputs, situation="with one image, and zeros in mu and logvar")


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the KL of every latent of every image."""
    return named(answer.gaussian_kl(*case.inputs.values()), "KL")
