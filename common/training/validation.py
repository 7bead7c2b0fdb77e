"""Consumers that evaluate at the end of an epoch."""

from collections.abc import Callable, Iterable, Iterator

from common.data.dataset import Split
from common.metrics import active_units_if_known, evaluate_elbo
from common.metrics.bound import evaluation_batches
from common.model import Model
from common.training.loop import Record

IMAGES_FOR_ACTIVITY = 500


def count_active_units(
    records: Iterable[Record], model: Callable[[], Model], train: Split, seed: int, epoch_length: int
) -> Iterator[Record]:
    """Add ``active_units``, measured on the first 500 training images, to the last record of every epoch.

    Nothing is added where nobody can tell (`active_units_if_known`).
    """
    images = train.images[: min(IMAGES_FOR_ACTIVITY, len(train))]
    for record in records:
        if record["step"] % epoch_length == 0:
            current = model()
            (batch,) = evaluation_batches(images, seed, current.pixels)
            active = active_units_if_known(current.encode(batch.x)[0])
            record |= {} if active is None else {"active_units": active}
        yield record


def validate(
    records: Iterable[Record], model: Callable[[], Model], validation: Split, seed: int, epoch_length: int
) -> Iterator[Record]:
    """Add ``validation_elbo`` (nats per image, sampled z) to the last record of every epoch."""
    for record in records:
        if record["step"] % epoch_length == 0:
            record["validation_elbo"] = evaluate_elbo(model(), validation.images, seed).elbo
        yield record
