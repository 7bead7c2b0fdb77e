"""The options of `vae train`, in the groups that its help shows."""

from pathlib import Path
from typing import Annotated

import typer

from course.running.choices import ArchitectureName, Binarization, LevelName, LikelihoodName, Precision

_NETWORK, _OBJECTIVE, _OPTIMISER, _RUN = "Network", "Objective", "Optimiser and data", "Run"


def _option(panel: str, text: str, **more: object) -> typer.models.OptionInfo:
    return typer.Option(help=text, rich_help_panel=panel, **more)  # pyright: ignore[reportArgumentType]


Level = Annotated[LevelName, typer.Argument(help="Which of the three implementations trains.", show_default=False)]
Architecture = Annotated[ArchitectureName, _option(_NETWORK, "The network.")]
Latents = Annotated[int, _option(_NETWORK, "Number of latents.")]
Hidden = Annotated[int | None, _option(_NETWORK, "Width of the hidden layers.", show_default="400 mlp, 256 conv")]
PrecisionOption = Annotated[Precision, _option(_NETWORK, "Type of the parameters.")]

Beta = Annotated[float | None, _option(_OBJECTIVE, "Weight of the KL.", show_default="1")]
Warmup = Annotated[float | None, _option(_OBJECTIVE, "Epochs over which beta rises from 0 in a line.")]
Cycles = Annotated[
    str | None, _option(_OBJECTIVE, "Beta rises again and again.", metavar="EPOCHSxCYCLES", show_default=False)
]
BetaPoints = Annotated[
    str | None,
    _option(_OBJECTIVE, "Beta along a line through points.", metavar="EPOCH:BETA,...", show_default=False),
]
FreeBits = Annotated[float | None, _option(_OBJECTIVE, "Nats that each latent may use at no cost.")]
Capacity = Annotated[float | None, _option(_OBJECTIVE, "Minimise reconstruction + gamma |KL - capacity| (nats).")]
CapacityEpochs = Annotated[float | None, _option(_OBJECTIVE, "Epochs over which capacity rises from 0.")]
Gamma = Annotated[float | None, _option(_OBJECTIVE, "Weight beside --capacity.", show_default="1000")]

Data = Annotated[str, _option(_OPTIMISER, "Data set; see `vae data list`.")]
LikelihoodOption = Annotated[
    LikelihoodName | None, _option(_OPTIMISER, "What p(x | z) is of a pixel.", show_default="that of the data set")
]
BinarizationOption = Annotated[
    Binarization, _option(_OPTIMISER, "Pixels drawn anew for each batch, or once and for all.")
]
Epochs = Annotated[int, _option(_OPTIMISER, "Passes over the training images.")]
BatchSize = Annotated[
    int | None, _option(_OPTIMISER, "Images a step.", show_default="128, or all where there are fewer")
]
LearningRate = Annotated[float, _option(_OPTIMISER, "Step size of Adam.")]
ClipNorm = Annotated[float | None, _option(_OPTIMISER, "Bound on the norm of the gradient.")]
Validation = Annotated[int, _option(_OPTIMISER, "Training images held out; the best checkpoint is kept.")]
Patience = Annotated[int | None, _option(_OPTIMISER, "Stop after so many epochs without a better validation ELBO.")]
Seed = Annotated[int, _option(_OPTIMISER, "Decides initial values, order, pixels and noise.")]

Device = Annotated[str | None, _option(_RUN, "cpu, cuda, cuda:1, mps (level paper only).", show_default="cpu")]
Folder = Annotated[Path | None, _option(_RUN, "Where to write.", show_default="runs/, named after what is asked for")]
SaveSeconds = Annotated[float, _option(_RUN, "Seconds between checkpoints.")]
