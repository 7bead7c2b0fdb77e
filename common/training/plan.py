"""Everything that decides the outcome of a training run; a checkpoint carries it along."""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from common.architecture import MLP, Architecture
from common.errors import InvalidArgument
from common.forms import fault
from common.objective import BetaObjective, CapacityObjective
from common.optimizer import AdamSettings
from common.schedule import Schedule, value_at
from common.streams import require_seed


@dataclass(frozen=True)
class BetaPlan:
    """`BetaObjective` with a beta that follows a schedule (KL warm-up)."""

    beta: Schedule = ((0.0, 1.0),)
    free_bits: float = 0.0
    kind: Literal["beta"] = "beta"

    def __post_init__(self) -> None:
        for _, value in self.beta:
            BetaObjective(value, self.free_bits)

    def at(self, epoch: float) -> BetaObjective:
        """Return the objective at a (fractional) epoch."""
        return BetaObjective(value_at(self.beta, epoch), self.free_bits)


@dataclass(frozen=True)
class CapacityPlan:
    """`CapacityObjective` with a capacity, in nats, that follows a schedule."""

    capacity: Schedule
    gamma: float = 1000.0
    kind: Literal["capacity"] = "capacity"

    def __post_init__(self) -> None:
        for _, value in self.capacity:
            CapacityObjective(value, self.gamma)

    def at(self, epoch: float) -> CapacityObjective:
        """Return the objective at a (fractional) epoch."""
        return CapacityObjective(value_at(self.capacity, epoch), self.gamma)


@dataclass(frozen=True)
class TrainingPlan:
    """The protocol of a run. Two runs of one plan at one level learn the same parameters, bit for bit (CPU).

    ``validation`` counts the training images that are held out; ``patience`` is the number of epochs without
    a better validation ELBO after which training stops, None for never. ``binarization`` says whether the images
    are drawn anew for every batch, or are those of `common.data.binarization.static_binarization`.
    """

    data: str = "digits"
    architecture: Architecture = field(default_factory=MLP)
    objective: BetaPlan | CapacityPlan = field(default_factory=BetaPlan)
    adam: AdamSettings = field(default_factory=AdamSettings)
    epochs: int = 30
    batch_size: int = 128
    seed: int = 0
    precision: Literal["float32", "float64"] = "float32"
    validation: int = 0
    patience: int | None = None
    binarization: Literal["dynamic", "static"] = "dynamic"

    def __post_init__(self) -> None:
        require_seed(self.seed)
        for name, least in (("epochs", 1), ("batch_size", 1), ("validation", 0), ("patience", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InvalidArgument(name, value, f"a whole number of at least {least}")
        if self.patience is not None and self.validation == 0:
            raise InvalidArgument(
                "patience", self.patience, "images to validate on", "Hold some out: --validation 200."
            )
        if self.binarization == "static" and self.architecture.likelihood == "gaussian":
            remedy = "A Gaussian is of grey levels: leave it out, or choose --likelihood bernoulli."
            raise InvalidArgument("binarization", "static", "dynamic beside a Gaussian likelihood", remedy)

    @property
    def dtype(self) -> type[np.floating]:
        """The NumPy type of the parameters."""
        return np.float32 if self.precision == "float32" else np.float64


_PLAN = TypeAdapter(TrainingPlan)


def plan_to_json(plan: TrainingPlan) -> str:
    """Write a plan as one line of JSON."""
    return _PLAN.dump_json(plan).decode()


def plan_from_json(text: str) -> TrainingPlan:
    """Read what `plan_to_json` wrote.

    Raises
    ------
    InvalidArgument
        If the text is anything else, or says more than a plan does.
    """
    try:
        return _PLAN.validate_json(text, extra="forbid")
    except ValidationError as error:
        raise InvalidArgument("plan", text, f"the JSON of a training plan ({fault(error)})") from error


def settings(plan: Any, name: str = "") -> dict[str, tuple[Any, Any]]:
    """Return every setting of a plan and of its parts by name, each with its default (`MISSING` where it has none)."""
    found: dict[str, tuple[Any, Any]] = {}
    for each in fields(plan):
        value = getattr(plan, each.name)
        if is_dataclass(value):
            found |= settings(value, each.name)
        else:
            found[name if each.name == "kind" else each.name] = value, each.default
    return found


def differences(one: TrainingPlan, other: TrainingPlan) -> dict[str, tuple[Any, Any]]:
    """Return the settings in which two plans differ, with both values, None where one has no such setting.

    The number of epochs is none of them: a run goes on for longer in the same folder.
    """
    a, b = settings(one), settings(replace(other, epochs=one.epochs))
    pairs = {name: (a.get(name, (None,))[0], b.get(name, (None,))[0]) for name in a | b}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def in_words(changed: dict[str, tuple[Any, Any]]) -> str:
    """Say what `differences` found in a folder ("there") against a plan ("here")."""
    return "; ".join(
        f"{name.replace('_', ' ')} is {setting_text(there)} there and {setting_text(here)} here"
        for name, (there, here) in changed.items()
    )


def setting_text(value: Any) -> str:
    """Return a setting as a word without blanks: 4, none, 32-64; a schedule as value at epoch, 0at0-1at5."""
    if isinstance(value, tuple):
        points = value if isinstance(value[0], tuple) else ()
        if len(points) == 1:
            return setting_text(points[0][1])
        parts = [f"{setting_text(y)}at{setting_text(epoch)}" for epoch, y in points] or map(setting_text, value)
        return "-".join(parts)
    if value is None:
        return "none"
    return str(int(value)) if isinstance(value, float) and value.is_integer() and value < 1e15 else str(value)
