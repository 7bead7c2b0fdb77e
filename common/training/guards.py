"""Checks of a run: a loss that is not finite stops it; collapse and an exploding KL give one warning each."""

from collections.abc import Callable, Iterable, Iterator
from math import inf, isfinite
from pathlib import Path

from common.errors import OperationFailed
from common.metrics import has_collapsed
from common.numbers import readable
from common.pixels import PIXELS, Pixels, uniform_nats
from common.training.loop import Record

Warn = Callable[[str], None]


def stop_at_nan(records: Iterable[Record], folder: Path | None = None) -> Iterator[Record]:
    """Raise `OperationFailed` at the first loss or validation ELBO that is not finite, before anything is saved.

    ``folder`` is where checkpoints are, if there are any; the message speaks only of those that it finds there.
    """
    for record in records:
        for name in ("loss", "validation_elbo"):
            if not isfinite(record.get(name, 0.0)):
                found = folder is not None and any(folder.glob("*.safetensors"))
                kept = "The last good checkpoint was kept. " if found else ""
                raise OperationFailed(
                    f"the {name.replace('_', ' ')} became {record[name]} at step {record['step']} (reconstruction "
                    f"{record['reconstruction']}, KL {record['kl']}); training stopped.",
                    f"{kept}Lower --learning-rate, or bound the gradient with --clip-norm.",
                )
        yield record


def stop_when(records: Iterable[Record], stop: Callable[[], bool]) -> Iterator[Record]:
    """End the run after the step during which ``stop`` became true."""
    for record in records:
        yield record
        if stop():
            return


def warn_of_exploding_kl(
    records: Iterable[Record], image_shape: tuple[int, ...], warn: Warn, pixels: Pixels = PIXELS["bernoulli"]
) -> Iterator[Record]:
    """Warn once if the KL is above what an image can hold: log 2 nats a pixel if it is binary."""
    ceiling = uniform_nats(pixels, image_shape)
    said = False
    for record in records:
        if not said and (message := exploding_kl(record, ceiling, f"{pixels.words} of this size")):
            said = True
            warn(message)
        yield record


def exploding_kl(record: Record, ceiling: float, holder: str) -> str:
    """Return what is to be said of a KL above the nats that ``holder`` can hold, or nothing."""
    if not record["kl"] > ceiling:
        return ""
    return (
        f"the KL is {readable(record['kl'], 0)} nats at step {record['step']}, above the {ceiling:.0f} nats that "
        f"{holder} can hold: it is exploding. Lower the learning rate or raise beta."
    )


def warn_of_collapse(records: Iterable[Record], latents: int, warn: Warn, ceiling: float = inf) -> Iterator[Record]:
    """Warn once if an epoch ends with too few of the latents active (``active_units``, `has_collapsed`).

    A KL above ``ceiling`` explodes, which the cures of a collapse would make worse; then nothing is said.
    """
    said = False
    for record in records:
        active = record.get("active_units")
        collapsed = active is not None and has_collapsed(active, latents) and record["kl"] <= ceiling
        if collapsed and not said:
            said = True
            remedies = _remedies(record.get("beta", 1.0))
            warn(
                f"posterior collapse: {active} of {latents} latents are active after step {record['step']}. {remedies}"
            )
        yield record


def _remedies(beta: float) -> str:
    """Say what helps. Above 1, beta is the first suspect: what it has priced out no warm-up brings back."""
    if beta > 1:
        return f"beta is {beta:g}: lower it first, or give each latent some free bits (--free-bits)."
    return "Warm the KL up (--warmup), give each latent some free bits (--free-bits), or lower beta."
