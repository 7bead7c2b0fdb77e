"""For authors: ``python -m course.lessons build 02`` runs notebook 02 and writes it with its outputs."""

from time import perf_counter

import typer

from course.console import say
from course.lessons.build import build
from course.lessons.execution import execute
from course.lessons.lesson import Lesson, find, lessons
from course.lessons.page import Page
from course.lessons.reading import read_source
from course.lessons.rules import findings
from course.politeness import PoliteGroup

app = typer.Typer(cls=PoliteGroup, no_args_is_help=True, pretty_exceptions_enable=False)


@app.command("build")
def build_command(names: list[str] = typer.Argument(None, help="Numbers or names; all without any.")) -> None:  # noqa: B008
    """Run notebooks from their sources, and write them with their outputs."""
    for lesson in _chosen(names):
        begin = perf_counter()
        build(lesson)
        say(f"{lesson.slug}: written, {perf_counter() - begin:.0f} s")


@app.command("run")
def run_command(names: list[str] = typer.Argument(None, help="Numbers or names; all without any.")) -> None:  # noqa: B008
    """Run notebooks from their sources, and write nothing."""
    for lesson in _chosen(names):
        begin = perf_counter()
        execute(read_source(lesson.source), lesson.slug)
        say(f"{lesson.slug}: runs, {perf_counter() - begin:.0f} s")


@app.command("check")
def check_command(names: list[str] = typer.Argument(None, help="Numbers or names; all without any.")) -> None:  # noqa: B008
    """Hold notebooks to the rules, without running them."""
    found = [(lesson, finding) for lesson in _chosen(names) for finding in findings(Page.of(lesson))]
    for lesson, finding in found:
        say(f"{lesson.slug}: {finding}")
    if found:
        raise typer.Exit(1)
    say("Nothing is wrong.")


def _chosen(names: list[str] | None) -> list[Lesson]:
    return [find(name) for name in names] if names else list(lessons())


if __name__ == "__main__":
    app()
