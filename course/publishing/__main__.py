"""For authors: ``python -m course.publishing build 02`` runs notebook 02 and writes it with its outputs."""

import typer

from common.errors import OperationFailed
from course.console import say
from course.politeness import PoliteGroup
from course.publishing.build import build
from course.publishing.cost import cost_so_far
from course.publishing.execution import execute
from course.publishing.lesson import Lesson, find, lessons
from course.publishing.page import Page
from course.publishing.reading import read_source
from course.publishing.rules import findings

app = typer.Typer(cls=PoliteGroup, no_args_is_help=True, pretty_exceptions_enable=False)


@app.command("build")
def build_command(names: list[str] = typer.Argument(None, help="Numbers or names; all without any.")) -> None:  # noqa: B008
    """Run notebooks from their sources, and write them with their outputs."""
    for lesson in _chosen(names):
        build(lesson)
        say(f"{lesson.slug}: written")


@app.command("run")
def run_command(names: list[str] = typer.Argument(None, help="Numbers or names; all without any.")) -> None:  # noqa: B008
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
