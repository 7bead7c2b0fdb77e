"""One training run of the demo: in memory, timed, with everything it leaves behind."""

from dataclasses import dataclass
from time import perf_counter

from common.data import Split
from common.data.batches import steps_per_epoch
from common.level import open_level
from common.model import Model, bind
from common.state import TrainingState, initial_state
from common.training.guards import stop_at_nan
from common.training.loop import Record, batches, train
from common.training.plan import TrainingPlan
from course.running.progress import follow


@dataclass(frozen=True)
class Outcome:
    """A trained model, its log, and how long the training took."""

    level: str
    plan: TrainingPlan
    model: Model
    state: TrainingState
    records: list[Record]
    seconds: float

    @property
    def images_per_second(self) -> float:
        """Images that training went through in a second."""
        return len(self.records) * self.plan.batch_size / self.seconds


def train_at(level_name: str, plan: TrainingPlan, images: Split, title: str) -> Outcome:
    """Train by a plan at a level. The clock runs from the first step to the last, without the import of a library."""
    level = open_level(level_name)
    state = initial_state(plan.architecture, plan.seed, plan.dtype)
    learner = level.start(plan.architecture, state, plan.adam)
    steps = plan.epochs * steps_per_epoch(len(images), plan.batch_size)
    flow = stop_at_nan(train(learner, batches(images, plan), plan.objective.at))
    begin = perf_counter()
    records = list(follow(flow, title, steps))
    seconds = perf_counter() - begin
    state = learner.state()
    model = bind(level, state.parameters, plan.architecture.image_shape)
    return Outcome(level_name, plan, model, state, records, seconds)
