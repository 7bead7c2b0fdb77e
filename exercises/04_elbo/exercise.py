"""Cases of exercise 04: batches of unequal sizes, one image alone, and weights above, below and at the border."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from common.objective import Elbo
from course.diagnosis import Case, named


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield for each of the two functions two ordinary cases and one at the border."""
    for batch, image, latents, situation in (
        (7, (3, 5, 11), 13, ""),
        (11, (5, 13, 3), 7, ""),
        (1, (3, 7, 5), 11, "with one image alone"),
    ):
        inputs = {
            "log_likelihood": -rng.gamma(0.7, 0.5, (batch, *image)),
            "kl": rng.gamma(0.8, 1.5, (batch, latents)),
        }
        sizes = {"batch size": batch, "channels": image[0], "latents": latents, "pixels": int(np.prod(image))}
        yield Case("reduce_elbo", inputs, sizes, situation)
    for beta, situation in ((float(rng.uniform(2, 9)), ""), (float(rng.uniform(0.1, 0.6)), ""), (0.0, "with beta = 0")):
        parts = {"reconstruction": float(rng.uniform(60, 120)), "kl": float(rng.uniform(5, 40))}
        yield Case("beta_loss", {**parts, "beta": beta}, {}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the three numbers of the ELBO, its parts first, or the loss."""
    if case.part == "beta_loss":
        reconstruction, kl, beta = case.inputs.values()
        return named(answer.beta_loss(Elbo(-(reconstruction + kl), reconstruction, kl), beta), "loss")
    outputs = named(answer.reduce_elbo(*case.inputs.values()), "elbo", "reconstruction", "kl")
    return {name: outputs[name] for name in ("reconstruction", "kl", "elbo")}
