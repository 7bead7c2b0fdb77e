"""A training run: the loop with its log, checkpoints, validation and warnings, in one folder."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from common.architecture import Architecture
from common.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from common.data.batches import steps_per_epoch
from common.data.dataset import Split
from common.errors import InvalidArgument
from common.files import held
from common.level import Learner, Level
from common.model import Model, bind
from common.optimizer import AdamSettings
from common.pixels import PIXELS, uniform_nats
from common.state import TrainingState, initial_state
from common.training.guards import stop_at_nan, stop_when, warn_of_collapse, warn_of_exploding_kl
from common.training.log import write_log
from common.training.loop import Record, batches, train
from common.training.plan import TrainingPlan, differences, in_words
from common.training.saving import best_of, keep_best, save_latest, stop_early
from common.training.validation import count_active_units, measure_gradients, validate

Start = Callable[[Architecture, TrainingState, AdamSettings], Learner]
Save = Callable[[Path, Checkpoint], None]


@dataclass(frozen=True)
class Run:
    """A plan at a level, on images that are already split, writing to a folder.

    ``folder`` holds ``latest.safetensors``, ``best.safetensors`` (with validation images) and ``log.jsonl``.
    ``writes`` is false on all processes but the first.
    """

    level_name: str
    level: Level
    plan: TrainingPlan
    train: Split
    validation: Split | None
    folder: Path
    save_seconds: float = 10.0
    writes: bool = True

    @property
    def latest(self) -> Path:
        """The checkpoint to resume from."""
        return self.folder / "latest.safetensors"

    @property
    def best(self) -> Path:
        """The checkpoint with the best validation ELBO."""
        return self.folder / "best.safetensors"

    @property
    def log(self) -> Path:
        """The training log."""
        return self.folder / "log.jsonl"

    @property
    def steps(self) -> int:
        """How many steps the plan takes at most."""
        return self.plan.epochs * steps_per_epoch(len(self.train), self.plan.batch_size)

    def first_state(self) -> TrainingState:
        """Return the state to start from: the latest checkpoint, or the initial one where there is none."""
        if not self.latest.exists():
            return initial_state(self.plan.architecture, self.plan.seed, self.plan.dtype)
        checkpoint = load_checkpoint(self.latest)
        changed = differences(checkpoint.plan, self.plan)
        if changed:
            remedy = f"{in_words(changed)}. Name another folder, or remove it."
            raise InvalidArgument("folder", self.folder, "an empty one, or a run of the same plan", remedy)
        if not checkpoint.state.first_moment:
            expected = f"{self.latest.name} with Adam's moments, which training goes on from"
            raise InvalidArgument("folder", self.folder, expected, "It holds parameters alone. Name another folder.")
        return checkpoint.state


def records(
    run: Run,
    start: Start | None = None,
    warn: Callable[[str], None] = warnings.warn,
    stop: Callable[[], bool] = lambda: False,
    save: Save = save_checkpoint,
) -> Iterator[Record]:
    """Train, resuming where the folder's latest checkpoint stands; yield a record for every step.

    ``stop`` is asked after every step; when it says so the state is saved and the run ends, to be resumed later.
    ``save`` writes a checkpoint to a file.

    Raises
    ------
    OperationFailed
        If the loss is no longer finite, something cannot be written, or another process trains in the folder.
    InvalidArgument
        If the folder holds a run of another plan, or the batch is larger than the data.
    """
    with held(run.folder) if run.writes else nullcontext():
        yield from _records(run, start or run.level.start, warn, stop, save)


def _records(
    run: Run, start: Start, warn: Callable[[str], None], stop: Callable[[], bool], save: Save
) -> Iterator[Record]:
    state = run.first_state()
    plan, first_step = run.plan, state.step
    learner = start(plan.architecture, state, plan.adam)
    epoch_length = steps_per_epoch(len(run.train), plan.batch_size)

    def checkpoint(validation_elbo: float | None = None) -> Checkpoint:
        return Checkpoint(run.level_name, plan, learner.state(), validation_elbo)

    def save_best(elbo: float) -> None:
        if run.writes:
            save(run.best, checkpoint(elbo))

    def model() -> Model:
        return bind(run.level, learner.state().parameters, plan.architecture.image_shape)

    flow = stop_at_nan(train(learner, batches(run.train, plan, first_step), plan.objective.at), run.folder)
    flow = stop_when(flow, stop)
    flow = count_active_units(flow, model, run.train, plan.seed, epoch_length)
    flow = measure_gradients(flow, learner.state, plan.adam.beta2, epoch_length)
    if run.validation is not None:
        flow = stop_at_nan(validate(flow, model, run.validation, plan.seed, epoch_length), run.folder)
        best = best_of(run.best)
        flow = keep_best(flow, best, save_best)
        if plan.patience is not None:
            flow = stop_early(flow, best, first_step, plan.patience, epoch_length)
    pixels = PIXELS[plan.architecture.likelihood]
    flow = warn_of_exploding_kl(flow, plan.architecture.image_shape, warn, pixels)
    flow = warn_of_collapse(flow, plan.architecture.latents, warn, uniform_nats(pixels, plan.architecture.image_shape))
    if run.writes:
        flow = write_log(flow, run.log, first_step)
        flow = save_latest(flow, lambda: save(run.latest, checkpoint()), run.save_seconds)
    return flow
