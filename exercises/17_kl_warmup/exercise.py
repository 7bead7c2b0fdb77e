"""Cases of exercise 17: schedules read on a grid of epochs that holds their points and what lies beyond both ends."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from common.errors import InvalidArgument
from common.schedule import Schedule, through, value_at
from course.diagnosis import Case, Unusable


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield cases of every function. Epochs are multiples of 1/8, or next to one: no rounding moves a jump."""
    for points in (3, 5):
        at = np.cumsum(rng.integers(4, 17, points)) / 8
        yield _reading(at, rng.normal(0.5, 1, points))
    yield _reading(np.array([0.5]), rng.normal(0.5, 1, 1), "with a schedule of one point")
    yield _reading(np.array([0.25, 1.5, 1.5, 3.0, 3.0]), rng.normal(0.5, 1, 5), "with jumps")
    for number in (5, 7):
        epochs = float(8 * number + rng.integers(1, 8)) / 8
        yield _warmup(epochs, float(rng.uniform(1.2, 4)), _grid(2 * epochs + 3))
    yield _warmup(0.5, float(rng.uniform(0.1, 0.9)), _grid(2.0), "with a warm-up of half an epoch")
    for cycles, rising in ((3, 0.25), (5, 0.75)):
        yield _cycles(float(rng.integers(9, 17)) / 2, cycles, float(rng.uniform(1.2, 4)), rising)
    yield _cycles(3.5, 3, 0.7, 1.0, "with cycles that rise to their end")
    yield _cycles(0.5, 41, 0.7, 0.5, "with many short cycles")


def _grid(end: float) -> np.ndarray:
    return np.arange(0, 8 * end + 1) / 8


def _reading(at: np.ndarray, values: np.ndarray, situation: str = "") -> Case:
    grid = np.unique(np.concatenate([_grid(at[-1] + 2), at + 1 / 64, np.nextafter(at, -1)]))
    point, before, after = np.isin(grid, at), grid < at[0], grid > at[-1]
    stretches = {
        "between points": grid[~(point | before | after)],
        "at a point": grid[point],
        "before the first point": grid[before],
        "after the last point": grid[after],
    }
    inputs = {"epochs of the points": at, "values of the points": values, "stretches": stretches}
    return Case("value_at", inputs, {"points": len(at)} if len(at) > 1 and not situation else {}, situation)


def _warmup(epochs: float, value: float, grid: np.ndarray, situation: str = "") -> Case:
    stretches = {
        "while it rises": grid[(grid > 0) & (grid < epochs)],
        "after the warm-up": grid[grid >= epochs],
        "at the start": grid[:1],
    }
    return Case("linear_warmup", {"epochs": epochs, "value": value, "stretches": stretches}, {}, situation)


def _cycles(period: float, cycles: int, value: float, rising: float, situation: str = "") -> Case:
    just_before = np.nextafter(period * np.arange(1, cycles + 1), 0)
    grid = np.sort(np.concatenate([_grid((cycles + 1.5) * period), just_before]))
    over, passed = grid >= cycles * period, grid % period
    stretches = {
        "while it rises": grid[~over & (passed > 0) & (passed < rising * period)],
        "while it is held": grid[~over & (passed >= rising * period)],
        "at the starts of the cycles": grid[~over & (passed == 0)],
        "after the last cycle": grid[over],
    }
    inputs = {"period": period, "cycles": cycles, "value": value, "rising": rising, "stretches": stretches}
    return Case("cyclical_warmup", inputs, {"cycles": cycles}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return beta by the stretch of training; the schedules of the learner are read with the course's `value_at`."""
    arguments = {name: value for name, value in case.inputs.items() if name != "stretches"}
    if case.part == "value_at":
        schedule: Schedule = tuple(zip(*(points.tolist() for points in arguments.values()), strict=True))
        read = answer.value_at
    else:
        schedule = _checked(getattr(answer, case.part)(*arguments.values()))
        read = value_at
    stretches = case.inputs["stretches"].items()
    return {f"beta {name}": _numbers([read(schedule, epoch) for epoch in grid.tolist()]) for name, grid in stretches}


def _numbers(values: list[Any]) -> Any:
    """Return numbers as an array; what is none of them comes back as it is, so that its kind can be named."""
    return next((one for one in values if not isinstance(one, int | float | np.number)), np.array(values))


def _checked(points: Any) -> Schedule:
    """Return the points as a schedule.

    Raises
    ------
    Unusable
        If they are no points, or not in the order of their epochs.
    """
    try:
        pairs = [(float(epoch), float(value)) for epoch, value in points]
    except (TypeError, ValueError) as error:
        raise Unusable(f"It returned {_short(points)}; it must return a tuple of (epoch, value) points.") from error
    try:
        return through(pairs)
    except InvalidArgument as error:
        raise Unusable(f"It returned {_short(points)}; the epochs of the points must never decrease.") from error


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:120] + " ..."
