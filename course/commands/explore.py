"""`vae explore`: a page in which a trained model runs."""

from pathlib import Path
from typing import Annotated

import typer


def explore(
    run: Annotated[
        Path | None,
        typer.Argument(help="The folder of a run, or a .safetensors file.", show_default="the course's own models"),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open it in a browser.")] = True,
) -> None:
    """Write a page to explore a model in: drag through its latent space, draw, see what each nat is spent on."""
    from course.explorer.command import explore

    explore(run, browser=browser)
