"""`vae start`, `check`, `hint`, `next`, `progress`, `solution`, `reset`, `watch`: the exercises."""

from pathlib import Path
from typing import Annotated

import typer

from course.checking.isolation import SECONDS
from course.workbook.answers import SOLUTIONS

HELP = "Number, name or file of an exercise."
Name = Annotated[str, typer.Argument(metavar="NN", help=HELP, show_default=False)]
MaybeName = Annotated[str | None, typer.Argument(metavar="[NN]", help=HELP, show_default=False)]
Solutions = Annotated[Path, typer.Option("--solutions", metavar="DIR", help="Where your answers lie.")]
Seconds = Annotated[float, typer.Option(min=0.1, help="Time limit of one exercise, in seconds of computing.")]


def start(name: MaybeName = None, solutions: Solutions = SOLUTIONS) -> None:
    """Write the file of an exercise (the next one by default), and say what to do; nothing is ever overwritten."""
    from course.workbook import answering

    answering.start(name, solutions)


def check(
    name: MaybeName = None,
    everything: Annotated[bool, typer.Option("--all", help="Check all exercises.")] = False,
    solutions: Solutions = SOLUTIONS,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; progress is not recorded.")] = False,
    seconds: Seconds = SECONDS,
) -> None:
    """Check an answer: the one saved last by default.

    Exit code 0: passed (with --all: nothing that was begun is wrong). 1: not passed. 2: no such exercise.
    """
    from course.checking import terminal

    terminal.check(name, solutions, seconds, everything=everything, as_json=as_json)


def hint(name: MaybeName = None, solutions: Solutions = SOLUTIONS) -> None:
    """Give the next hint of an exercise, the one saved last by default; there are three."""
    from course.workbook import answering

    answering.hint(name, solutions)


def next_(name: MaybeName = None, solutions: Solutions = SOLUTIONS) -> None:
    """Say which exercise comes next, after the one saved last by default."""
    from course.workbook import answering

    answering.next_(name, solutions)


def progress(solutions: Solutions = SOLUTIONS) -> None:
    """Show what has passed, what is begun, and what has changed since it passed."""
    from course.workbook import answering

    answering.progress(solutions)


def solution(
    name: MaybeName = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show it although the exercise has not passed.")] = False,
    solutions: Solutions = SOLUTIONS,
) -> None:
    """Print the course's own answer, once yours has passed; without a number to the exercise saved last."""
    from course.workbook import answering

    answering.solution(name, solutions, reveal=reveal)


def reset(name: Name, solutions: Solutions = SOLUTIONS) -> None:
    """Begin an exercise anew; your file is kept among the backups."""
    from course.workbook import answering

    answering.reset(name, solutions)


def watch(name: MaybeName = None, solutions: Solutions = SOLUTIONS, seconds: Seconds = SECONDS) -> None:
    """Check an exercise whenever you save its file, any of them by default; stop with Ctrl-C."""
    from course.checking import terminal

    terminal.watch(name, solutions, seconds)
