"""Cases of exercise 03: one sample an image, several, one latent, and very narrow and very wide posteriors."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield two ordinary cases, two with a leading axis of samples, and one with extreme variances."""
    for samples, batch, latents, spread, situation in (
        ((), 7, 3, 1.5, ""),
        ((), 5, 11, 1.5, ""),
        ((5,), 3, 7, 1.5, "with several samples an image"),
        ((3,), 1, 13, 1.5, "with several samples of one image"),
        ((), 11, 5, 12.0, "with logvar up to 20"),
    ):
        inputs = {
            "mu": rng.normal(0.4, 1.5, (batch, latents)),
            "logvar": np.clip(rng.normal(-0.3, spread, (batch, latents)), -20, 20),
            "eps": rng.standard_normal((*samples, batch, latents)),
        }
        sizes = {"samples": samples[0]} if samples else {}
        yield Case("reparameterize", inputs, {**sizes, "batch size": batch, "latents": latents}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the latents."""
    return named(answer.reparameterize(*case.inputs.values()), "z")
