"""Consumers that keep checkpoints: the latest state for resuming, the best one for using."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic

from common.checkpoint import load_checkpoint
from common.training.loop import Record


@dataclass
class Best:
    """The step with the highest validation ELBO so far."""

    step: int = 0
    elbo: float = -inf


def best_of(path: Path) -> Best:
    """Read step and ELBO of the best checkpoint of a run; ``Best()`` where there is none yet."""
    if not path.exists():
        return Best()
    checkpoint = load_checkpoint(path)
    return Best(checkpoint.state.step, -inf if checkpoint.validation_elbo is None else checkpoint.validation_elbo)


def keep_best(records: Iterable[Record], best: Best, save: Callable[[float], None]) -> Iterator[Record]:
    """Note every record whose ``validation_elbo`` is the highest so far in ``best``, and save its state."""
    for record in records:
        elbo = record.get("validation_elbo", -inf)
        if elbo > best.elbo:
            best.step, best.elbo = record["step"], elbo
            save(elbo)
        yield record


def stop_early(
    records: Iterable[Record], best: Best, first_step: int, patience: int, epoch_length: int
) -> Iterator[Record]:
    """End the run after ``patience`` epochs without a better validation ELBO."""
    if _waited_enough(first_step, best, patience, epoch_length):
        return
    for record in records:
        yield record
        if _waited_enough(record["step"], best, patience, epoch_length):
            return


def save_latest(records: Iterable[Record], save: Callable[[], None], seconds: float) -> Iterator[Record]:
    """Save the state whenever ``seconds`` have passed since the last time, and when the run ends."""
    saved = monotonic()
    for record in records:
        if monotonic() - saved >= seconds:
            save()
            saved = monotonic()
        yield record
    save()


def _waited_enough(step: int, best: Best, patience: int, epoch_length: int) -> bool:
    return step > 0 and step % epoch_length == 0 and step - best.step >= patience * epoch_length
