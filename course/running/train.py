"""What `vae train` does: make a plan of the options, and run it in a folder of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from common.architecture import ARCHITECTURES
from common.data import Dataset, describe
from common.likelihood import Family
from common.optimizer import AdamSettings
from common.pixels import PIXELS
from common.training.plan import BetaPlan, CapacityPlan, TrainingPlan
from course.console import note
from course.invocation import Context, typed
from course.running.choices import ArchitectureName, Binarization, LevelName, LikelihoodName, Precision
from course.running.datasets import usable
from course.running.folders import default_folder, require_same_plan
from course.running.objectives import objective_of
from course.running.runs import train_by_plan


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options as they were given; ``objective`` holds those of `objective_of`."""

    level: LevelName
    architecture: ArchitectureName
    latents: int
    hidden: int | None
    precision: Precision
    objective: Mapping[str, Any]
    data: str
    likelihood: LikelihoodName | None
    binarization: Binarization
    epochs: int
    batch_size: int | None
    learning_rate: float
    clip_norm: float | None
    validation: int
    patience: int | None
    seed: int
    device: str | None
    folder: Path | None
    save_seconds: float


def train(options: Options, context: Context) -> None:
    """Train by the options; ``context`` is the call, which an error repeats with another folder.

    Raises
    ------
    typer.BadParameter
        If options exclude each other.
    InvalidArgument
        If an option is out of its range, or the folder holds another run.
    OperationFailed
        If training diverges, or something cannot be written.
    """
    if options.device is not None and options.level is not LevelName.PAPER:
        raise typer.BadParameter(f"--device is for level paper; level {options.level} computes on the CPU.")
    objective = objective_of(**options.objective)  # before the data, since options may exclude each other
    about = describe(options.data)
    likelihood = about.likelihood.family if options.likelihood is None else options.likelihood.value
    dataset = usable(options.data, likelihood)
    plan = _plan(options, objective, likelihood, dataset)
    if remark := PIXELS[likelihood].remark(about):
        note(remark)
    folder = options.folder or default_folder(options.level.value, plan)
    require_same_plan(folder, plan, lambda other: typed(context, folder=other))
    train_by_plan(options.level, plan, dataset, folder, options.save_seconds, options.device)


def _plan(options: Options, objective: BetaPlan | CapacityPlan, likelihood: Family, dataset: Dataset) -> TrainingPlan:
    width: dict[str, Any] = {} if options.hidden is None else {"hidden": options.hidden}
    usual = min(128, max(1, len(dataset.train) - options.validation))
    network = ARCHITECTURES[options.architecture]
    return TrainingPlan(
        data=options.data,
        architecture=network(dataset.image_shape, latents=options.latents, likelihood=likelihood, **width),
        objective=objective,
        adam=AdamSettings(learning_rate=options.learning_rate, clip_norm=options.clip_norm),
        epochs=options.epochs,
        batch_size=usual if options.batch_size is None else options.batch_size,
        seed=options.seed,
        precision=options.precision.value,
        validation=options.validation,
        patience=options.patience,
        binarization=options.binarization.value,
    )
