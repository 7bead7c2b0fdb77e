"""The training loop: a generator that takes a learner and batches and yields a record for every step."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from common.data.batches import batch_indices, steps_per_epoch
from common.data.dataset import Split
from common.data.images import require_image_shape
from common.level import Learner
from common.objective import Objective
from common.pixels import PIXELS
from common.streams import Stream, normal
from common.training.plan import TrainingPlan

Record = dict[str, Any]
"""What is known after a step: step, epoch, loss, reconstruction, kl, the objective's numbers, and what
consumers add at the end of an epoch (`common.training.validation`). Loss parts are means over the batch in nats per
image; `common.training.health` has the names that levels and papers share."""


class Batch(NamedTuple):
    """The input of one step. ``step`` counts from 0; ``epoch`` is step / steps per epoch."""

    step: int
    epoch: float
    x: np.ndarray
    eps: np.ndarray


def batches(train: Split, plan: TrainingPlan, first_step: int = 0) -> Iterator[Batch]:
    """Yield the batches of a plan from ``first_step`` on, their pixels drawn anew, with their noise."""
    epoch_length = steps_per_epoch(len(train), plan.batch_size)
    for step in range(first_step, plan.epochs * epoch_length):
        yield Batch(step, step / epoch_length, *draw(train, plan, step))


def draw(train: Split, plan: TrainingPlan, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels, as the likelihood takes them, and the noise of one step: a pure function of (seed, step).

    Raises
    ------
    InvalidArgument
        If the images have another shape than those of the plan's architecture.
    """
    require_image_shape(train.images, plan.architecture.image_shape)
    indices = batch_indices(plan.seed, step, len(train), plan.batch_size)
    pixels = PIXELS[plan.architecture.likelihood]
    x = pixels.draw(train.images[indices], plan.seed, Stream.BINARIZE, step)
    return x, normal(plan.seed, Stream.NOISE, step, (plan.batch_size, plan.architecture.latents))


def train(learner: Learner, batches: Iterable[Batch], objective_at: Callable[[float], Objective]) -> Iterator[Record]:
    """Take one step for every batch, and yield its record."""
    for batch in batches:
        objective = objective_at(batch.epoch)
        loss = learner.step(batch.x, batch.eps, objective)
        yield {"step": batch.step + 1, "epoch": batch.epoch, **loss._asdict(), **vars(objective)}
