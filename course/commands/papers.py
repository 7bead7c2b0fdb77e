"""`vae papers` and `vae reproduce`: the papers' numbers and ours."""

import json
from typing import Annotated

import typer


def papers(
    name: Annotated[str | None, typer.Argument(metavar="[PAPER]", help="Only this one.", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of rows as JSON.")] = False,
) -> None:
    """Show what the papers report and what was measured here: a line a paper, or all of one with the commands."""
    from course.console import pages, write
    from course.reproduction.papers import by_paper, chosen, show_overview, show_paper
    from paper.kit.paper import measurements
    from paper.kit.table import rows

    found = by_paper(measurements())
    measured = chosen(name, found) if name else [one for group in found.values() for one in group]
    if as_json:
        write(json.dumps(rows(measured), indent=2))
        return
    with pages():
        if name:
            show_paper(measured)
        else:
            show_overview(found)


def reproduce(
    arguments: Annotated[list[str] | None, typer.Argument(metavar="PAPER [OPTIONS]", show_default=False)] = None,
) -> None:
    """Reproduce the numbers of a paper: vae reproduce PAPER --help says what can be chosen.

    A run that is stopped goes on where it was when the command is given again.
    """
    from course.reproduction.command import main

    main(arguments or [])
