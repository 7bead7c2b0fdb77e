"""`vae train`: the protocol of a run as options."""

import typer

from course.commands import training_options as option
from course.invocation import Context
from course.running.choices import ArchitectureName, Binarization, LevelName, Precision


def train(
    context: Context,
    level: option.Level,
    architecture: option.Architecture = ArchitectureName.MLP,
    latents: option.Latents = 20,
    hidden: option.Hidden = None,
    precision: option.PrecisionOption = Precision.FLOAT32,
    beta: option.Beta = None,
    warmup: option.Warmup = None,
    cycles: option.Cycles = None,
    beta_points: option.BetaPoints = None,
    free_bits: option.FreeBits = None,
    capacity: option.Capacity = None,
    capacity_epochs: option.CapacityEpochs = None,
    gamma: option.Gamma = None,
    data: option.Data = "digits",
    binarization: option.BinarizationOption = Binarization.DYNAMIC,
    epochs: option.Epochs = 30,
    batch_size: option.BatchSize = None,
    learning_rate: option.LearningRate = 1e-3,
    clip_norm: option.ClipNorm = None,
    validation: option.Validation = 0,
    patience: option.Patience = None,
    seed: option.Seed = 0,
    device: option.Device = None,
    folder: option.Folder = None,
    save_seconds: option.SaveSeconds = 10.0,
) -> None:
    """Train a VAE, or go on with a run that was interrupted; Ctrl-C saves."""
    # numpy, scipy and torch are imported from here on, so that `vae --help` answers at once
    from common.data import describe
    from common.optimizer import AdamSettings
    from common.training.plan import TrainingPlan
    from course.console import note
    from course.invocation import typed
    from course.running.datasets import usable
    from course.running.folders import default_folder, require_same_plan
    from course.running.networks import network
    from course.running.objectives import objective_of
    from course.running.runs import train_by_plan

    if device is not None and level is not LevelName.PAPER:
        raise typer.BadParameter(f"--device is for level paper; level {level} computes on the CPU.")
    objective = objective_of(
        beta=beta,
        warmup=warmup,
        cycles=cycles,
        beta_points=beta_points,
        free_bits=free_bits,
        capacity=capacity,
        capacity_epochs=capacity_epochs,
        gamma=gamma,
    )
    dataset = usable(data)
    plan = TrainingPlan(
        data=data,
        architecture=network(architecture, dataset.image_shape, latents, hidden),
        objective=objective,
        adam=AdamSettings(learning_rate=learning_rate, clip_norm=clip_norm),
        epochs=epochs,
        batch_size=min(128, max(1, len(dataset.train) - validation)) if batch_size is None else batch_size,
        seed=seed,
        precision=precision.value,
        validation=validation,
        patience=patience,
        binarization=binarization.value,
    )
    if remark := describe(data).remark:
        note(remark)
    place = folder or default_folder(level.value, plan)
    require_same_plan(place, plan, lambda other: typed(context, folder=other))
    train_by_plan(level, plan, dataset, place, save_seconds, device)
