"""Everything that decides the outcome of a training run; a checkpoint carries it along."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from common.architecture import MLP, Architecture
from common.errors import InvalidArgument
from common.objective import BetaObjective, CapacityObjective
from common.optimizer import AdamSettings
from common.schedule import Schedule, value_at


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
        for name, least in (("epochs", 1), ("batch_size", 1), ("validation", 0), ("patience", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InvalidArgument(name, value, f"a whole number of at least {least}")
        if self.patience is not None and self.validation == 0:
            raise InvalidArgument(
                "patience", self.patience, "images to validate on", "Hold some out: --validation 200."
            )

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
        If the text is anything else.
    """
    try:
        return _PLAN.validate_json(text)
    except ValidationError as error:
        raise InvalidArgument("plan", text, f"the JSON of a training plan ({error.errors()[0]['msg']})") from error
