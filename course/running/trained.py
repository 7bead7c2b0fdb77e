"""A checkpoint, opened at a level, with the images it is to be used on."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from common.checkpoint import Checkpoint, load_checkpoint
from common.data import Dataset
from common.errors import InvalidArgument
from common.level import open_level
from common.model import Model, bind
from course.running.datasets import dataset_of


@dataclass(frozen=True)
class Trained:
    """A checkpoint with its model at a level; ``data`` names the images, None those of the training."""

    path: Path
    checkpoint: Checkpoint
    level_name: str
    model: Model
    data: str | None = None

    @cached_property
    def dataset(self) -> Dataset:
        """The images, loaded when they are asked for."""
        return dataset_of(self.checkpoint.plan, self.data)

    @property
    def seed(self) -> int:
        """The seed of the training, which evaluation draws with too."""
        return self.checkpoint.plan.seed


def open_checkpoint(path: Path, level: str | None = None, data: str | None = None) -> Trained:
    """Open a checkpoint, or the best one of a run's folder, at a level (None: the one that trained it).

    Raises
    ------
    OperationFailed
        If there is none, or it is damaged.
    """
    file = checkpoint_in(path) if path.is_dir() else path
    return trained(file, load_checkpoint(file), level, data)


def trained(file: Path, checkpoint: Checkpoint, level: str | None = None, data: str | None = None) -> Trained:
    """Return a checkpoint that has been read, with its model at a level (None: the one that trained it)."""
    level_name = str(checkpoint.level if level is None else level)
    image_shape = checkpoint.plan.architecture.image_shape
    model = bind(open_level(level_name), checkpoint.state.parameters, image_shape)
    return Trained(file, checkpoint, level_name, model, data)


def checkpoint_in(folder: Path) -> Path:
    """Return the checkpoint of a run to use: the best on validation images, or where there is none the latest."""
    best = folder / "best.safetensors"
    return best if best.exists() else folder / "latest.safetensors"


def require_two_latents(trained: Trained, what: str) -> None:
    """Raise `InvalidArgument` unless the model has the two latents that a plane needs."""
    if trained.model.latents != 2:
        raise InvalidArgument(
            f"checkpoint {trained.path}",
            f"{trained.model.latents} latents",
            f"2, the two axes of {what}",
            "Train such a model: vae train lowlevel --latents 2.",
        )
