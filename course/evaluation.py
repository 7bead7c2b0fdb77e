"""What is measured on a trained model, and how it is shown."""

from dataclasses import dataclass

import numpy as np
from rich.table import Table

from common.data import Images
from common.metrics import active_units, evaluate_elbo, negative_log_likelihood
from common.metrics.bound import evaluation_batches
from common.model import Model


@dataclass(frozen=True)
class Evaluation:
    """Means over ``images`` images in nats per image; ``log_likelihood`` is None where it was not estimated."""

    images: int
    negative_elbo: float
    reconstruction: float
    kl: float
    log_likelihood: float | None
    samples: int
    active_units: int
    latents: int


def evaluate(model: Model, images: Images, seed: int, samples: int = 0) -> Evaluation:
    """Measure a model: the ELBO with sampled z, and log p(x) with ``samples`` importance samples (0: not)."""
    elbo, reconstruction, kl = evaluate_elbo(model, images, seed)
    log_likelihood = -float(negative_log_likelihood(model, images, seed, samples).mean()) if samples else None
    units = active_units(posterior(model, images, seed)[0])
    return Evaluation(len(images), -elbo, reconstruction, kl, log_likelihood, samples, units, model.latents)


def posterior(model: Model, images: Images, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mu and logvar of q(z | x) for every image, (n, latents) each."""
    parts = [model.encode(batch.x) for batch in evaluation_batches(images, seed)]
    mu, logvar = (np.concatenate(part) for part in zip(*parts, strict=True))
    return mu, logvar


def table(evaluation: Evaluation) -> Table:
    """Return the figures as a table."""
    result = Table("", "nats per image")
    result.columns[1].justify = "right"
    result.add_row("negative ELBO (sampled z)", f"{evaluation.negative_elbo:.2f}")
    result.add_row("  reconstruction", f"{evaluation.reconstruction:.2f}")
    result.add_row("  KL", f"{evaluation.kl:.2f}")
    if evaluation.log_likelihood is not None:
        result.add_row(f"log p(x), {evaluation.samples} importance samples", f"{evaluation.log_likelihood:.2f}")
    result.add_row("active latents", f"{evaluation.active_units} of {evaluation.latents}")
    return result
