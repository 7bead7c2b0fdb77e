"""Cases of exercise 03: one sample an image or several, far noise, and very narrow and very wide posteriors."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield two ordinary cases, two with samples, and one each with far noise, narrow and wide posteriors."""
    for samples, batch, latents, level, spread, scale, situation in (
        ((), 7, 3, -0.3, 1.5, 1.0, ""),
        ((), 5, 11, -0.3, 1.5, 1.0, ""),
        ((5,), 3, 7, -0.3, 1.5, 1.0, "with several samples an image"),
        ((3,), 1, 13, -0.3, 1.5, 1.0, "with several samples of one image"),
        ((), 7, 5, -0.3, 1.5, 4.0, "with noise far from 0"),
        ((), 13, 7, -14.0, 4.0, 1.0, "with logvar down to -20"),
        ((), 11, 5, -0.3, 12.0, 1.0, "with logvar up to 20"),
    ):
        inputs = {
            "mu": rng.normal(0.4, 1.5, (batch, latents)),
            "logvar": np.clip(rng.normal(level, spread, (batch, latents)), -20, 20),
            "eps": scale * rng.standard_normal((*samples, batch, latents)),
        }
        sizes = {"samples": samples[0]} if samples else {}
        yield Case("reparameterize", inputs, {**sizes, "batch size": batch, "latents": latents}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the latents."""
    return named(answer.reparameterize(*case.inputs.values()), "z")
