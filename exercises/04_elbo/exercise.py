"""Cases of exercise 04: unequal sizes, one image alone, densities above 1, and weights above, below and at 0."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from common.objective import Elbo
from course.diagnosis import Case, named


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield for either function two ordinary cases and one at the border, and one of densities for the sums."""
    for batch, image, latents, sign, situation in (
        (7, (3, 5, 11), 13, -1, ""),
        (11, (5, 13, 3), 7, -1, ""),
        (1, (3, 7, 5), 11, -1, "with one image alone"),
        (5, (7, 11, 3), 17, 1, "with positive log likelihoods, as densities have them"),
    ):
        inputs = {
            "log_likelihood": sign * rng.gamma(0.7, 0.5, (batch, *image)),
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
