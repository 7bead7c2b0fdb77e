"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from course.running.choices import LevelName

Checkpoint = Annotated[Path, typer.Argument(help="A .safetensors file, or the folder of a run.", show_default=False)]
Level = Annotated[
    LevelName | None, typer.Option(help="Compute at this level.", show_default="the one that trained the checkpoint")
]
Data = Annotated[
    str | None, typer.Option(help="Data set; see `vae data list`.", show_default="the one of the training")
]
Seed = Annotated[int, typer.Option(help="Seed of what is drawn for the picture.")]

Output = Annotated[Path, typer.Option("--output", "-o", help="Where to write the picture (PNG).")]
