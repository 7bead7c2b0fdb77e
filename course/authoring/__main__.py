"""For authors: ``python -m course.authoring --help`` says what there is.

``tables`` brings up to date everything that is generated; ``new`` makes a skeleton; ``build``, ``run`` and ``check``
are for notebooks, ``gate`` and ``scorecard`` for exercises; ``ship`` makes what comes trained with the course.
"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from common.errors import OperationFailed
from course.authoring import scorecard as card
from course.authoring import skeletons
from course.authoring.gate import rows
from course.authoring.publishing.build import build as build_one
from course.authoring.publishing.cost import cost_so_far
from course.authoring.publishing.execution import execute
from course.authoring.publishing.page import Page
from course.authoring.publishing.reading import read_source
from course.authoring.publishing.rules import findings
from course.authoring.shipping import ship as ship_one
from course.authoring.tables import ROOT, write_stale
from course.console import note, say, write
from course.errors import PoliteGroup
from course.lab.notebooks import Lesson, find, lessons
from course.lesson.models import recipes
from course.lesson.studies import studies
from course.workbook.exercise import exercises
from course.workbook.exercise import find as exercise_of

app = typer.Typer(cls=PoliteGroup, no_args_is_help=True, pretty_exceptions_enable=False)
new = typer.Typer(cls=PoliteGroup, no_args_is_help=True, help="Make a skeleton that passes its own checks.")
app.add_typer(new, name="new")

Notebooks = Annotated[
    list[str] | None, typer.Argument(metavar="[NN ...]", help="Numbers or names of notebooks; all without any.")
]
Exercises = Annotated[
    list[str] | None, typer.Argument(metavar="[NN ...]", help="Numbers or names of exercises; all without any.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and _, as in two_moons.")]


@app.callback()
def authoring() -> None:
    """Tools for authors of the course."""


@app.command()
def tables() -> None:
    """Bring every generated list, count, link, page and record up to date, and say which files have changed."""
    written = write_stale()
    for path in written:
        say(str(path.relative_to(ROOT)))
    say(f"{len(written)} files brought up to date." if written else "Everything was up to date.")


@app.command()
def build(names: Notebooks = None) -> None:
    """Run notebooks from their sources, and write them with their outputs."""
    for lesson in _chosen(names):
        build_one(lesson)
        say(f"{lesson.slug}: written")


@app.command()
def run(names: Notebooks = None) -> None:
    """Run notebooks from their sources, and write nothing; say what one alone has cost."""
    chosen = _chosen(names)
    for lesson in chosen:
        execute(read_source(lesson.source), lesson.slug)
        say(f"{lesson.slug}: runs")
    cost = cost_so_far()
    if cost is not None and len(chosen) == 1:
        say(f"{cost.seconds:.0f} s of processors, {cost.peak_bytes / 2**20:.0f} MiB of memory")
        if cost.excess():
            raise OperationFailed(f"{chosen[0].slug}: {cost.excess()}.")


@app.command()
def check(names: Notebooks = None) -> None:
    """Hold notebooks to the rules, without running them."""
    found = [(lesson, finding) for lesson in _chosen(names) for finding in findings(Page.of(lesson))]
    for lesson, finding in found:
        say(f"{lesson.slug}: {finding}")
    if found:
        raise typer.Exit(1)
    say("Nothing is wrong.")


@app.command()
def ship(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME ...]", help="Recipes and studies; all without any.")
    ] = None,
) -> None:
    """Train the models that come with the course, and those whose results come with it; write the files."""
    for name in names or [*recipes(), *studies()]:
        say(str(ship_one(name).relative_to(ROOT)))


@app.command()
def gate(
    names: Exercises = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds, each by itself.")] = 20,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Exercises at a time.", show_default="one for each core")
    ] = None,
) -> None:
    """Hold exercises to their promise: starters empty, right answers accepted, wrong ones rejected and named.

    Prints a row an exercise as JSON, and ends with exit code 1 if anything is amiss.
    """
    found = rows(tuple(map(exercise_of, names or ())) or exercises(), seeds, processes)
    write(json.dumps([asdict(row) for row in found], indent=1))
    raise typer.Exit(any(row.problems for row in found))


@app.command()
def scorecard(
    names: Exercises = None,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of the gate.")] = 20,
    runs: Annotated[int, typer.Option(min=1, help="Runs of every right answer, to count false alarms.")] = 1000,
) -> None:
    """Run the gate, time the checks and count false alarms; write scorecard.json and SCORECARD.md in exercises/."""
    problems = card.measure(tuple(map(exercise_of, names or ())) or exercises(), seeds, runs)
    for problem in problems:
        note(problem)
    raise typer.Exit(bool(problems))


@new.command()
def exercise(name: Name) -> None:
    """Make the folder of an exercise, with the next free number."""
    _say_made(skeletons.new_exercise(name))


@new.command()
def paper(name: Name) -> None:
    """Make the folder of a paper, and its test."""
    _say_made(skeletons.new_paper(name))


@new.command()
def notebook(name: Name) -> None:
    """Make a notebook, with the next free number, and build it."""
    _say_made(skeletons.new_notebook(name))


def _say_made(made: skeletons.Made) -> None:
    for path in made.files:
        say(str(path.relative_to(ROOT)))
    say("What next, in this order, until all tests are green:")
    for number, step in enumerate(made.next, start=1):
        say(f"  {number}. {step}", hang=3)


def _chosen(names: list[str] | None) -> list[Lesson]:
    return [find(name) for name in names] if names else list(lessons())


if __name__ == "__main__":
    app()
