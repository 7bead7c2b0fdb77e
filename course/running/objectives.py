"""From the options of `vae train` to the objective of a plan."""

from dataclasses import dataclass

import typer

from common.errors import InvalidArgument
from common.schedule import Schedule, constant, cyclical_warmup, linear_warmup, through
from common.training.plan import BetaPlan, CapacityPlan


@dataclass(frozen=True)
class ObjectiveOptions:
    """What was given on the command line; None where nothing was."""

    beta: float | None = None
    warmup: float | None = None
    cycles: str | None = None
    beta_points: str | None = None
    free_bits: float | None = None
    capacity: float | None = None
    capacity_epochs: float | None = None
    gamma: float | None = None


def objective_of(options: ObjectiveOptions) -> BetaPlan | CapacityPlan:
    """Return the objective that the options ask for.

    Raises
    ------
    typer.BadParameter
        If some of them exclude each other.
    InvalidArgument
        If a number is out of its range.
    """
    if options.capacity is None:
        _require_capacity(options, "gamma", "capacity_epochs")
        return BetaPlan(_beta_schedule(options), options.free_bits or 0.0)
    _exclude(options, "capacity", "beta", "warmup", "cycles", "beta_points", "free_bits")
    schedule = _capacity_schedule(options.capacity, options.capacity_epochs)
    return CapacityPlan(schedule) if options.gamma is None else CapacityPlan(schedule, options.gamma)


def _beta_schedule(options: ObjectiveOptions) -> Schedule:
    beta = 1.0 if options.beta is None else options.beta
    if options.beta_points is not None:
        _exclude(options, "beta_points", "beta", "warmup", "cycles")
        return through(_points(options.beta_points))
    if options.cycles is not None:
        _exclude(options, "cycles", "warmup")
        return cyclical_warmup(*_cycles(options.cycles), beta)
    return constant(beta) if options.warmup is None else linear_warmup(options.warmup, beta)


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


def _exclude(options: ObjectiveOptions, given: str, *others: str) -> None:
    for other in others:
        if getattr(options, other) is not None:
            raise typer.BadParameter(f"{_flag(given)} and {_flag(other)} exclude each other; give one of them.")


def _require_capacity(options: ObjectiveOptions, *dependents: str) -> None:
    for name in dependents:
        if getattr(options, name) is not None:
            raise typer.BadParameter(f"{_flag(name)} has a meaning only beside --capacity.")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
