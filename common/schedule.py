"""How a number changes over training: a line through (epoch, value) points."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf, isfinite

from common.errors import InvalidArgument

Schedule = tuple[tuple[float, float], ...]
"""Points (epoch, value) in the order of their epochs; two points at one epoch make a jump."""


def constant(value: float) -> Schedule:
    """Return the schedule that keeps one value."""
    return ((0.0, value),)


def linear_warmup(epochs: float, value: float = 1.0) -> Schedule:
    """Rise from 0 to ``value`` over ``epochs``, then stay; source: Sonderby et al. 2016."""
    _require_epochs(epochs)
    return ((0.0, 0.0), (epochs, value))


def cyclical_warmup(period: float, cycles: int, value: float = 1.0, rising: float = 0.5) -> Schedule:
    """Rise from 0 to ``value`` in the first part of each period (the fraction ``rising``), hold it, start again at 0.

    After the last cycle the value stays. Source: Fu et al. 2019, "Cyclical annealing schedule".
    """
    _require_cycles(period, cycles, rising)
    points: list[tuple[float, float]] = []
    for cycle in range(cycles):
        start = cycle * period
        end = (cycle + 1) * period  # rounded as the next start is, which start + period may not be
        points += [(start, 0.0), (min(start + rising * period, end), value), (end, value)]
    return tuple(points)


def through(points: Sequence[Sequence[float]]) -> Schedule:
    """Return the schedule through any list of (epoch, value) points, given in the order of their epochs."""
    schedule = tuple((float(epoch), float(value)) for epoch, value in points)
    ordered = all(later[0] >= earlier[0] for earlier, later in pairwise(schedule))
    if not schedule or not ordered or not all(isfinite(epoch) for epoch, _ in schedule):
        raise InvalidArgument("schedule", list(points), "(epoch, value) points with finite epochs that never decrease")
    return schedule


def value_at(schedule: Schedule, epoch: float) -> float:
    """Return the value at ``epoch``, on the lines that join the points; at a jump, the value after it.

    Before the first point it is that of the first point, after the last that of the last. ``epoch`` may be a fraction.
    """
    if epoch < schedule[0][0]:
        return schedule[0][1]
    for (start, before), (end, after) in pairwise(schedule):
        if start <= epoch < end:
            return before + (after - before) * (epoch - start) / (end - start)
    return schedule[-1][1]


def _require_epochs(epochs: float) -> None:
    if not 0 < epochs < inf:
        raise InvalidArgument("warm-up epochs", epochs, "a finite number above 0", "Leave the warm-up out for none.")


def _require_cycles(period: float, cycles: int, rising: float) -> None:
    if not 0 < period < inf or cycles < 1 or not 0 < rising <= 1:
        raise InvalidArgument(
            "cyclical warm-up",
            f"period {period}, cycles {cycles}, rising {rising}",
            "a finite period > 0, cycles >= 1 and rising above 0 and at most 1",
        )
