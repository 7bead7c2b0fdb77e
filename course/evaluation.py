"""What is measured on a trained model, and how it is shown."""

from dataclasses import dataclass
from math import isfinite, log, prod

import numpy as np
from rich.table import Table

from common.data import Images
from common.errors import OperationFailed
from common.metrics import active_units_if_known, evaluate_elbo, negative_log_likelihood
from common.metrics.bound import evaluation_batches
from common.model import Model
from common.numbers import readable
from course.invocation import learn_command

HARDLY = 1.1
"""Up to this many times the nats of a coin, a model counts as hardly trained; above as diverged."""


@dataclass(frozen=True)
class Evaluation:
    """Means over ``images`` images in nats per image; ``log_likelihood`` is None where it was not estimated.

    ``active_units`` is None where nobody can tell: of a single image, or after the model has diverged.
    """

    images: int
    negative_elbo: float
    reconstruction: float
    kl: float
    log_likelihood: float | None
    samples: int
    active_units: int | None
    latents: int


def evaluate(model: Model, images: Images, seed: int, samples: int = 0) -> Evaluation:
    """Measure a model: the ELBO with sampled z, and log p(x) with ``samples`` importance samples (0: not).

    Raises
    ------
    OperationFailed
        If a figure is not finite: the parameters are so large that numbers overflow.
    """
    with np.errstate(all="ignore"):  # what overflows is refused below, in words
        elbo, reconstruction, kl = evaluate_elbo(model, images, seed)
        log_likelihood = -float(negative_log_likelihood(model, images, seed, samples).mean()) if samples else None
    if not isfinite(elbo + (0.0 if log_likelihood is None else log_likelihood)):
        raise OperationFailed("the figures of this model are not finite: it diverged.", "Train it anew.")
    units = active_units_if_known(posterior(model, images, seed)[0])
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
    result.add_row("negative ELBO (sampled z)", readable(evaluation.negative_elbo, 2))
    result.add_row("  reconstruction", readable(evaluation.reconstruction, 2))
    result.add_row("  KL", readable(evaluation.kl, 2))
    if evaluation.log_likelihood is not None:
        result.add_row(f"log p(x), {evaluation.samples} importance samples", readable(evaluation.log_likelihood, 2))
    if evaluation.active_units is not None:
        result.add_row("active latents", f"{evaluation.active_units} of {evaluation.latents}")
    return result


def coin(image_shape: tuple[int, int, int]) -> float:
    """Return the nats per image of a coin tossed for every pixel: what binary images cost without any model."""
    return prod(image_shape) * log(2)


def remarks(evaluation: Evaluation, image_shape: tuple[int, int, int]) -> list[str]:
    """Return what must not be passed over in silence: a model that has learned nothing, or does not use its latents."""
    tossing = f"than tossing a coin for every pixel ({coin(image_shape):.0f} nats)"
    if evaluation.negative_elbo > HARDLY * coin(image_shape):
        return [f"Worse {tossing}: it diverged. Try a smaller --learning-rate, or --clip-norm 5."]
    if evaluation.negative_elbo >= coin(image_shape):
        return [f"No better {tossing}: it has hardly learned anything yet. Try more --epochs."]
    if evaluation.active_units == 0:
        cure = f"Notebook 08 shows why, and cures: {learn_command('08')}"
        return [f"No latent is active: the posterior has collapsed. {cure}"]
    return []
