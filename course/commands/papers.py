"""`vae papers` and `vae reproduce`: the papers' numbers and ours."""

import json
from typing import Annotated

import typer


def papers(as_json: Annotated[bool, typer.Option("--json", help="Print a list of rows as JSON.")] = False) -> None:
    """Show what the papers report, what was measured here, and the command that measured it."""
    from course.console import results, say
    from course.papers import tables
    from paper.kit.paper import measurements
    from paper.kit.table import rows

    measured = measurements()
    if as_json:
        say(json.dumps(rows(measured), indent=2))
        return
    for table in tables(measured):
        results().print(table)
    say("The command of each row: vae papers --json; what was found: paper/README.md.")


def reproduce(
    arguments: Annotated[list[str] | None, typer.Argument(metavar="PAPER [OPTIONS]", show_default=False)] = None,
) -> None:
    """Reproduce the numbers of a paper: vae reproduce PAPER --help says what can be chosen.

    A run that is stopped goes on where it was when the command is given again.
    """
    from course.reproduction.command import main

    main(arguments or [])
