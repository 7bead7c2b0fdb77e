"""Consumers that evaluate at the end of an epoch."""

from collections.abc import Callable, Iterable, Iterator
from math import sqrt

import numpy as np

from common.data.dataset import Split
from common.metrics import active_units_if_known, evaluate_elbo, latent_kl
from common.metrics.bound import evaluation_batches
from common.model import Model
from common.pixels import uniform_nats
from common.state import TrainingState
from common.training.loop import Record

IMAGES_FOR_ACTIVITY = 500


def count_active_units(
    records: Iterable[Record], model: Callable[[], Model], train: Split, seed: int, epoch_length: int
) -> Iterator[Record]:
    """Add ``active_units``, measured on the first 500 training images, to the last record of every epoch.

    With it come ``kl_per_latent``, of the same images, and ``kl_ceiling``, the nats that an image can hold. Nothing is
    added where nobody can tell (`active_units_if_known`).
    """
    images = train.images[: min(IMAGES_FOR_ACTIVITY, len(train))]
    for record in records:
        if record["step"] % epoch_length == 0:
            current = model()
            (batch,) = evaluation_batches(images, seed, current.pixels)
            mu, logvar = current.encode(batch.x)
            active = active_units_if_known(mu)
            if active is not None:
                record["active_units"] = active
                record["kl_per_latent"] = latent_kl(mu, logvar).tolist()
                record["kl_ceiling"] = uniform_nats(current.pixels, current.image_shape)
        yield record


def measure_gradients(
    records: Iterable[Record], state: Callable[[], TrainingState], beta2: float, epoch_length: int
) -> Iterator[Record]:
    """Add ``gradient_norm`` to the last record of every epoch: the root mean square of the last 1 / (1 - beta2) norms.

    Adam's second moment has kept them, so that no step takes longer.
    """
    for record in records:
        if record["step"] % epoch_length == 0:
            now = state()
            squares = sum(float(moment.sum(dtype=np.float64)) for moment in now.second_moment.values())
            record["gradient_norm"] = sqrt(squares / (1 - beta2**now.step))
        yield record


def validate(
    records: Iterable[Record], model: Callable[[], Model], validation: Split, seed: int, epoch_length: int
) -> Iterator[Record]:
    """Add ``validation_elbo`` (nats per image, sampled z) to the last record of every epoch."""
    for record in records:
        if record["step"] % epoch_length == 0:
            record["validation_elbo"] = evaluate_elbo(model(), validation.images, seed).elbo
        yield record
