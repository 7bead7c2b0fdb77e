"""The health of a run, read off its log: what every run may log, what follows from it, and alarms.

A record has ``step`` and any of these; what a model does not have, its log does not name. All are of one minibatch
unless said otherwise, in nats per image.

======================  ===============================================================================================
loss                    what is minimised
reconstruction, kl      parts of the bound: -E_q[log p(x | z)], and the KL divergence
elbo                    the bound, where its parts are not known
kl_per_latent           a list; of a latent's places together where there are several
kl_per_level            a list, from the data upwards
active_units            latents whose posterior mean varies
beta                    weight of the KL, or of the commitment
gradient_norm           Euclidean, of the gradient that the optimiser takes
encoder_norm            of what the encoder sends to a quantiser, a mean over places
perplexity, dead_codes  lists, one for each grid of codes: exp of their entropy, and how many of ``codes`` nothing chose
d_loss                  loss of a discriminator, scaled: 1 where it answers 0 to all, 0 where it is always right
d_real, d_fake          its mean answers to data and to what the model made
adaptive_weight         of the adversarial part; ``adaptive_clamp`` is the most that it may be
validation_elbo         of images that were held out, measured now and then
======================  ===============================================================================================

An alarm is a function of the records so far that returns a sentence on the cause and a remedy, or "" where all is well.
It speaks of how things are at the end of the log.
"""

from collections.abc import Callable, Sequence
from math import inf, isfinite
from statistics import fmean, median

from common.training.guards import exploding_kl, warn_of_collapse
from common.training.loop import Record

LISTS = {"kl_per_latent", "kl_per_level", "perplexity", "dead_codes"}
NUMBERS = {
    *("loss", "reconstruction", "kl", "elbo", "active_units", "beta", "gradient_norm", "encoder_norm", "codes"),
    *("d_loss", "d_real", "d_fake", "adaptive_weight", "adaptive_clamp", "validation_elbo", "kl_ceiling"),
}
"""What is a list wherever it is logged, and what is one number."""

IDLE = 0.01
"""Nats below which a latent or a level carries nothing."""

SETTLED = 100
"""Steps before which a KL near 0 is no news."""

LASTING = 500
"""Steps over which a discriminator must fail."""

CLAMP = 1e4
"""The largest adaptive weight of Esser et al. 2021, where the log does not say otherwise."""

LARGEST_GAP = 5.0
GROWTH = 10.0
FEWEST = 10
"""Records, by which growth can be seen."""

UNCHANGING = {"step", "epoch", "codes", "kl_ceiling", "adaptive_clamp", "free_bits", "gamma"}
"""Numbers that are no news: those of a step itself, and constants that alarms need."""


Series = dict[str, list[tuple[int, float]]]
"""Step and value of every number by name."""


def completed(record: Record) -> Record:
    """Return a record with the parts of the bound that follow from the others, and the ratio of KL and reconstruction.

    Numbers that were not finite are left out, and so is a ratio to nothing.
    """
    found = {name: value for name, value in record.items() if value is not None}
    for name in ("kl_per_level", "kl_per_latent"):
        if None not in (values := found.get(name, [None])):
            found.setdefault("kl", sum(values))
    if {"elbo", "kl"} <= found.keys():
        found.setdefault("reconstruction", -found["elbo"] - found["kl"])
    if {"reconstruction", "kl"} <= found.keys():
        found.setdefault("elbo", -found["reconstruction"] - found["kl"])
        if found["reconstruction"]:
            found["kl_to_reconstruction"] = found["kl"] / found["reconstruction"]
    return {name: value for name, value in found.items() if isinstance(value, list) or isfinite(value)}


def series(records: Sequence[Record]) -> Series:
    """Return step and value of every number that a log has, and of those that follow.

    "NAME 2" is the second of several. What never changes in a run, such as the number of codes, is left out.
    """
    found: Series = {}
    for record in map(completed, records):
        for name, value in record.items():
            items = value if isinstance(value, list) else [value]
            for index, item in enumerate(items, 1):
                if name not in UNCHANGING and item is not None:
                    found.setdefault(f"{name} {index}" if len(items) > 1 else name, []).append((record["step"], item))
    return found


# Alarms.


def not_finite(records: Sequence[Record]) -> str:
    """Speak of the first number that was not finite."""
    for record in records:
        for name, value in record.items():
            if value is None or (isinstance(value, list) and None in value):
                return f"{name} was not finite at step {record['step']}. Lower the step size."
    return ""


def explosion(records: Sequence[Record]) -> str:
    """Speak of a KL above what an image can hold."""
    known = _last(records, "kl_ceiling", "kl")
    return exploding_kl(known, known["kl_ceiling"], "an image") if known else ""


def collapse(records: Sequence[Record]) -> str:
    """Speak of posterior collapse, as `vae train` does; where no active units were counted, by the KL of latents."""
    known = _last(records, "kl_per_latent")
    if known is None or not _settled(records):
        return ""
    kls = known["kl_per_latent"]
    counted = {"kl": sum(kls), "active_units": sum(kl >= IDLE for kl in kls), **known}
    said: list[str] = []
    list(warn_of_collapse([counted], len(kls), said.append, known.get("kl_ceiling", inf)))
    return "".join(said)


def idle_latents(records: Sequence[Record]) -> str:
    """Speak of some latents that carry nothing, where not nearly all of them do: that is a collapse."""
    known = _last(records, "kl_per_latent")
    if known is None or not _settled(records) or collapse(records):
        return ""
    kls = known["kl_per_latent"]
    idle = sum(kl < IDLE for kl in kls)
    said = f"{idle} of {len(kls)} latents carry less than {IDLE} nats: the decoder does without them."
    return f"{said} That costs nothing; if they are to be used, give each some free bits." if idle else ""


def idle_level(records: Sequence[Record]) -> str:
    """Speak of levels of a hierarchy that carry nothing."""
    known = _last(records, "kl_per_level")
    if known is None or not _settled(records) or len(known["kl_per_level"]) < 2:
        return ""
    idle = [str(level) for level, kl in enumerate(known["kl_per_level"], 1) if kl < IDLE]
    return (
        f"level {', '.join(idle)} carries less than {IDLE} nats. Let the weight of its KL rise from 0." if idle else ""
    )


def discriminator_wins(records: Sequence[Record]) -> str:
    """Speak of a discriminator that is always right."""
    if not _lasts(records, "d_loss", lambda loss: loss < 0.05):
        return ""
    return (
        f"the discriminator has been right for {LASTING} steps (d_loss below 0.05): its gradient teaches nothing. "
        "Lower its step size."
    )


def discriminator_sleeps(records: Sequence[Record]) -> str:
    """Speak of a discriminator that tells nothing apart."""
    if not _lasts(records, "d_loss", lambda loss: abs(loss - 1) < 0.02):
        return ""
    return (
        f"the discriminator has told nothing apart for {LASTING} steps (d_loss at 1). Train it for a while before its "
        "gradient reaches the decoder."
    )


def few_codes(records: Sequence[Record]) -> str:
    """Speak of a grid that uses less than a tenth of its codes."""
    known = _last(records, "perplexity", "codes")
    if known is None or not _settled(records):
        return ""
    low = [value for value in known["perplexity"] if value < known["codes"] / 10]
    said = "".join(f"perplexity {value:.1f} of {known['codes']} codes: most of them are dead" for value in low[:1])
    return f"{said}. Let codes that are hardly used start again at outputs of the encoder (--fewest)." if low else ""


def clamped(records: Sequence[Record]) -> str:
    """Speak of an adaptive weight that is as large as it may be."""
    known = _last(records, "adaptive_weight")
    if known is None or known["adaptive_weight"] < known.get("adaptive_clamp", CLAMP):
        return ""
    return (
        f"the adaptive weight is at its clamp, {known['adaptive_weight']:g}: hardly a gradient comes from the "
        "discriminator. Let the adversarial part begin later."
    )


def growing_gradient(records: Sequence[Record]) -> str:
    """Speak of a gradient that has grown tenfold."""
    times = _growth(records, "gradient_norm")
    return f"the gradient's norm has grown {times:.0f} times. Lower the step size." if times >= GROWTH else ""


def growing_encoder(records: Sequence[Record]) -> str:
    """Speak of an encoder that runs away from the codes."""
    times = _growth(records, "encoder_norm")
    said = f"the norm of the encoder's outputs has grown {times:.0f} times: it runs away from the codes."
    return f"{said} Raise the weight of the commitment (--beta)." if times >= GROWTH else ""


def overfitting(records: Sequence[Record]) -> str:
    """Speak of held-out images that cost far more than those of the minibatches since they were measured before."""
    measured = [index for index, record in enumerate(records) if record.get("validation_elbo") is not None]
    if not measured:
        return ""
    last, before = measured[-1], measured[-2] if len(measured) > 1 else -1
    elbos = [elbo for record in records[before + 1 : last + 1] if (elbo := completed(record).get("elbo")) is not None]
    gap = fmean(elbos) - records[last]["validation_elbo"] if elbos else 0.0
    if gap <= LARGEST_GAP:
        return ""
    return (
        f"held-out images cost {gap:.1f} nats more than training images at step {records[last]['step']}: the model "
        "learns them by heart. Stop where the held-out bound was best (--patience)."
    )


ALARMS: tuple[Callable[[Sequence[Record]], str], ...] = (
    *(not_finite, explosion, collapse, idle_latents, idle_level, discriminator_wins, discriminator_sleeps, few_codes),
    *(clamped, growing_gradient, growing_encoder, overfitting),
)


def alarms(records: Sequence[Record]) -> list[str]:
    """Return what all alarms say."""
    return [said for alarm in ALARMS if (said := alarm(records))]


def _last(records: Sequence[Record], *names: str) -> Record | None:
    """Return the last record, completed, that has all of these numbers."""
    for record in map(completed, reversed(records)):
        values = [record.get(name) for name in names]
        if not any(value is None or (isinstance(value, list) and None in value) for value in values):
            return record
    return None


def _settled(records: Sequence[Record]) -> bool:
    """Whether training is past its first steps, and its KL is weighed as before."""
    weights = [(record.get("beta"), record.get("capacity")) for record in records[-2:]]
    return records[-1]["step"] >= SETTLED and weights[0] == weights[-1]


def _lasts(records: Sequence[Record], name: str, holds: Callable[[float], bool]) -> bool:
    """Whether something has held for so many steps up to the last record with this number."""
    steps = [(record["step"], record[name]) for record in records if record.get(name) is not None]
    first = last = steps[-1][0] if steps else 0
    for step, value in reversed(steps):
        if not holds(value):
            break
        first = step
    return last - first >= LASTING


def _growth(records: Sequence[Record], name: str) -> float:
    """Return the median of the last tenth of a number over that of the second tenth; 0 of few records."""
    values = [record[name] for record in records if record.get(name) is not None]
    tenth = len(values) // FEWEST
    if not tenth:
        return 0.0
    early = median(values[tenth : 2 * tenth])
    return median(values[-tenth:]) / early if early else 0.0
