"""`vae papers`, `vae compare` and `vae reproduce`: the papers' numbers and ours."""

from pathlib import Path
from typing import Annotated

import typer


def papers(
    name: Annotated[str | None, typer.Argument(metavar="[PAPER]", help="Only this one.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of rows as JSON.")] = False,
) -> None:
    """Show what the papers report and what was measured here: a line a paper, or all of one with the commands."""
    from course.reproduction.papers import show_papers

    show_papers(name, as_json)


def compare(
    picture: Annotated[
        Path | None, typer.Option(help="Draw distances and times of sampling too, as PNG.", show_default=False)
    ] = None,
) -> None:
    """Set the VAE beside its rivals: likelihood, samples and costs of every model measured by the same budget."""
    from course.reproduction.compare import compare as set_side_by_side

    set_side_by_side(picture)


def reproduce(
    arguments: Annotated[list[str] | None, typer.Argument(metavar="PAPER [OPTIONS]", show_default=False)] = None,
) -> None:
    """Reproduce the numbers of a paper: vae reproduce PAPER --help says what can be chosen.

    A run that is stopped goes on where it was when the command is given again.
    """
    from course.reproduction.command import main

    main(arguments or [])
