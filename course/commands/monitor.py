"""`vae monitor`: how a run fares."""

from pathlib import Path
from typing import Annotated

import typer


def monitor(
    run: Annotated[Path, typer.Argument(help="The folder of a run.", show_default=False)],
    once: Annotated[bool, typer.Option("--once", help="Look once, and do not follow.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Draw it too, as PNG, at the end.", show_default=False)] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Write event files into this folder, at the end.", show_default=False)
    ] = None,
) -> None:
    """Draw the health of a run while it goes on, with alarms that say what to do; stop with Ctrl-C."""
    from course.running import monitor as monitoring

    monitoring.monitor(run, picture, tensorboard, once=once)
