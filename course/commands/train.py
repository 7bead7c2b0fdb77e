"""`vae train`: the protocol of a run as options."""

from course.commands import training_options as option
from course.invocation import Context
from course.running.choices import ArchitectureName, Binarization, Precision


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
    likelihood: option.LikelihoodOption = None,
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
    from course.running import train as training

    training.train(
        training.Options(
            level=level,
            architecture=architecture,
            latents=latents,
            hidden=hidden,
            precision=precision,
            objective={
                "beta": beta,
                "warmup": warmup,
                "cycles": cycles,
                "beta_points": beta_points,
                "free_bits": free_bits,
                "capacity": capacity,
                "capacity_epochs": capacity_epochs,
                "gamma": gamma,
            },
            data=data,
            likelihood=likelihood,
            binarization=binarization,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            clip_norm=clip_norm,
            validation=validation,
            patience=patience,
            seed=seed,
            device=device,
            folder=folder,
            save_seconds=save_seconds,
        ),
        context,
    )
