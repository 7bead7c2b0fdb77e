"""What is measured on a trained model, and how it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

import numpy as np
from rich.table import Table

from common.data import Images
from common.errors import OperationFailed
from common.metrics import active_units_if_known, evaluate_elbo, negative_log_likelihood
from common.metrics.bound import evaluation_batches
from common.model import Model
from common.numbers import readable
from common.pixels import Baseline
from course.invocation import learn_command

TRAINING_IMAGES = 500
"""So many tell whether a model that fails on test images knows its training images."""


@dataclass(frozen=True)
class Evaluation:
    """Means over ``images`` images in nats per image.

    ``log_likelihood`` is None where it was not estimated, ``bits_per_dimension`` (the negative ELBO once more) where it
    is not the custom, ``active_units`` where nobody can tell: of a single image, or after the model has diverged.
    """

    images: int
    negative_elbo: float
    reconstruction: float
    kl: float
    log_likelihood: float | None
    samples: int
    active_units: int | None
    latents: int
    bits_per_dimension: float | None = None


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
    bits = model.pixels.bits_per_dimension(-elbo, model.image_shape)
    return Evaluation(len(images), -elbo, reconstruction, kl, log_likelihood, samples, units, model.latents, bits)


def posterior(model: Model, images: Images, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mu and logvar of q(z | x) for every image, (n, latents) each."""
    parts = [model.encode(batch.x) for batch in evaluation_batches(images, seed, model.pixels)]
    mu, logvar = (np.concatenate(part) for part in zip(*parts, strict=True))
    return mu, logvar


def table(evaluation: Evaluation, baseline: Baseline) -> Table:
    """Return the figures as a table, with what they are measured against."""
    result = Table("", "nats per image")
    result.columns[1].justify = "right"
    result.add_row("negative ELBO (sampled z)", readable(evaluation.negative_elbo, 2))
    result.add_row("  reconstruction", readable(evaluation.reconstruction, 2))
    result.add_row("  KL", readable(evaluation.kl, 2))
    if evaluation.log_likelihood is not None:
        result.add_row(f"log p(x), {evaluation.samples} importance samples", readable(evaluation.log_likelihood, 2))
    result.add_row(f"for comparison: {baseline.words}", readable(baseline.nats, 2))
    if evaluation.bits_per_dimension is not None:
        result.add_row("bits per dimension, of the negative ELBO", readable(evaluation.bits_per_dimension, 3))
    if evaluation.active_units is not None:
        result.add_row("active latents", f"{evaluation.active_units} of {evaluation.latents}")
    return result


def no_better_than(baseline: Baseline, evaluation: Evaluation) -> bool:
    """Whether images cost no less than they do without a model."""
    return evaluation.negative_elbo >= baseline.nats


def remarks(evaluation: Evaluation, baseline: Baseline, on_training: Callable[[], float]) -> list[str]:
    """Return what must not be passed over in silence: a model that has learned nothing, or does not use its latents.

    ``on_training`` returns the negative ELBO of training images; it is called where test images cost too much.
    """
    known = f"than {baseline.words} ({baseline.nats:.0f} nats)"
    if no_better_than(baseline, evaluation) and (nats := on_training()) < baseline.nats:
        heart = f"On training images it is ({nats:.0f} nats): it learned them by heart."
        return [f"No better {known}. {heart} Try fewer --epochs, or --validation 200 --patience 10."]
    if evaluation.negative_elbo > baseline.diverged:
        return [f"Worse {known}: it diverged. Try a smaller --learning-rate, or --clip-norm 5."]
    if no_better_than(baseline, evaluation):
        return [f"No better {known}: it has hardly learned anything yet. Try more --epochs."]
    if evaluation.active_units == 0:
        cure = f"Notebook 08 shows why, and cures: {learn_command('08')}"
        return [f"No latent is active: the posterior has collapsed. {cure}"]
    return []


def training_cost(model: Model, train: Images, seed: int) -> float:
    """Return the negative ELBO of the first training images, in nats per image."""
    return -evaluate_elbo(model, train[:TRAINING_IMAGES], seed).elbo
