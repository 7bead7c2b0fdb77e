"""From the options of `vae train` to the objective of a plan."""

import typer

from common.errors import InvalidArgument
from common.schedule import Schedule, constant, cyclical_warmup, linear_warmup, through
from common.training.plan import BetaPlan, CapacityPlan


def objective_of(
    *,
    beta: float | None = None,
    warmup: float | None = None,
    cycles: str | None = None,
    beta_points: str | None = None,
    free_bits: float | None = None,
    capacity: float | None = None,
    capacity_epochs: float | None = None,
    gamma: float | None = None,
) -> BetaPlan | CapacityPlan:
    """Return the objective that the options ask for; None where nothing was given.

    Raises
    ------
    typer.BadParameter
        If some of them exclude each other.
    InvalidArgument
        If a number is out of its range.
    """
    if capacity is None:
        for name, value in (("gamma", gamma), ("capacity_epochs", capacity_epochs)):
            if value is not None:
                raise typer.BadParameter(f"{_flag(name)} has a meaning only beside --capacity.")
        return BetaPlan(_beta_schedule(beta, warmup, cycles, beta_points), 0.0 if free_bits is None else free_bits)
    _exclude("capacity", beta=beta, warmup=warmup, cycles=cycles, beta_points=beta_points, free_bits=free_bits)
    schedule = _capacity_schedule(capacity, capacity_epochs)
    return CapacityPlan(schedule) if gamma is None else CapacityPlan(schedule, gamma)


def _beta_schedule(beta: float | None, warmup: float | None, cycles: str | None, beta_points: str | None) -> Schedule:
    if beta_points is not None:
        _exclude("beta_points", beta=beta, warmup=warmup, cycles=cycles)
        return through(_points(beta_points))
    highest = 1.0 if beta is None else beta
    if cycles is not None:
        _exclude("cycles", warmup=warmup)
        return cyclical_warmup(*_cycles(cycles), highest)
    return constant(highest) if warmup is None else linear_warmup(warmup, highest)


def _capacity_schedule(capacity: float, epochs: float | None) -> Schedule:
    if epochs is None:
        return constant(capacity)
    try:
        return linear_warmup(epochs, capacity)
    except InvalidArgument as error:
        raise error.renamed("capacity_epochs") from error


def _points(text: str) -> list[tuple[float, float]]:
    try:
        pairs = [point.split(":") for point in text.split(",")]
        return [(float(epoch), float(beta)) for epoch, beta in pairs]
    except ValueError as error:
        raise typer.BadParameter(f"--beta-points {text!r} is not of the form 0:0,10:1 (epoch:beta,...).") from error


def _cycles(text: str) -> tuple[float, int]:
    try:
        period, cycles = text.lower().split("x")
        return float(period), int(cycles)
    except ValueError as error:
        raise typer.BadParameter(f"--cycles {text!r} is not of the form 10x4 (epochs x cycles).") from error


def _exclude(given: str, **others: float | str | None) -> None:
    for other, value in others.items():
        if value is not None:
            raise typer.BadParameter(f"{_flag(given)} and {_flag(other)} exclude each other; give one of them.")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
