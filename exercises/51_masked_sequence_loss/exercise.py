"""Cases of exercise 51: rows of unequal length, among them full ones and empty ones, and logits that overflow."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, pulled


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary batches, and those in which padding or logits are out of the ordinary."""
    for sizes in ((7, 5, 3), (3, 11, 13), (5, 13, 2)):
        yield _case(rng, *sizes)
    yield _case(rng, 5, 7, 11, "with logits of a hundred thousand", shift=1e5)
    yield _case(rng, 3, 7, 5, "with no padding")
    yield _case(rng, 7, 5, 2, "with a row of padding alone")
    yield _case(rng, 1, 11, 3, "with one string")
    yield _case(rng, 5, 11, 7, "with large logits at padding")
    yield _case(rng, 3, 5, 7, "with strings of one token")


def _case(
    rng: np.random.Generator, batch: int, places: int, tokens: int, situation: str = "", shift: float = 0.0
) -> Case:
    targets = rng.integers(0, tokens, (batch, places))
    lengths = rng.permutation(np.linspace(2, places - 1, batch).round().astype(int))
    if "no padding" in situation:
        lengths[:] = places
    if "padding alone" in situation:
        lengths[1] = 0
    if "one token" in situation:
        lengths[:] = 1
    padding = np.arange(places) >= lengths[:, None]
    targets[padding] = -1
    targets[np.flatnonzero(lengths), lengths[lengths > 0] - 1] = 0  # the end
    logits = rng.normal(0, 2, (batch, places, tokens)) + shift * rng.choice([-1, 1], (batch, places, 1))
    if "at padding" in situation:
        logits[padding] *= 300
    sizes = {"batch size": batch, "places": places, "tokens": tokens}
    inputs = {"logits": logits, "targets": targets, "dy": float(rng.normal(0, 2) + 0.1)}
    return Case("masked_sequence_loss", inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the loss, and what its pullback makes of dy."""
    logits, targets, dy = case.inputs.values()
    value, pullback = named(answer.masked_sequence_loss(logits, targets), "y", "pullback").values()
    return {"y": value, **pulled(pullback, dy, "dlogits")}
