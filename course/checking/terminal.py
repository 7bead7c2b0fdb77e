"""What `vae check` and `vae watch` do: check answers, and say in the terminal what came of it."""

import json
from pathlib import Path

import typer

from common.errors import InvalidArgument
from course.checking import service
from course.checking.isolation import check_files
from course.checking.report import STYLES, below, heading, printed
from course.checking.service import Report
from course.checking.verdict import NOT_STARTED, PASSED
from course.console import say, write
from course.workbook.answers import short, solution_file
from course.workbook.choosing import about_stray, named_or_latest, strays
from course.workbook.exercise import Exercise, exercises
from course.workbook.watching import saved


def check(name: str | None, solutions: Path, seconds: float, *, everything: bool, as_json: bool) -> None:
    """Check one answer, that of the file saved last unless named, or all of them, and report.

    Raises
    ------
    InvalidArgument
        If there is no such exercise, or one is named beside all.
    typer.Exit
        If it has not passed; of all, if one that was begun has not.
    """
    if name and everything:
        raise InvalidArgument("--all", f"with exercise {name}", "one of the two")
    chosen = exercises() if everything else (named_or_latest(name, solutions),)
    if as_json:
        _print_json(chosen, solutions, seconds, as_list=everything)
    elif everything:
        _check_all(chosen, solutions, seconds)
    else:
        report = service.check(chosen[0], solutions, seconds)
        _print_report(report)
        if not report.passed:
            raise typer.Exit(1)


def watch(name: str | None, solutions: Path, seconds: float) -> None:
    """Check an exercise, any of them unless named, whenever its file is saved, until Ctrl-C."""
    chosen = exercises() if name is None else (named_or_latest(name, solutions),)
    answers = {solution_file(exercise.slug, solutions): exercise for exercise in chosen}
    what = short(solutions) if name is None else f"{chosen[0].number} {chosen[0].title}"
    say(f"Watching {what}; save a file to check it, stop with Ctrl-C.")
    try:
        for path in saved(lambda: [*answers, *strays(solutions)]):
            if path in answers:
                _print_report(service.check(answers[path], solutions, seconds))
            else:
                say(about_stray(path))
    except KeyboardInterrupt:
        say("Stopped.")


def _check_all(chosen: tuple[Exercise, ...], solutions: Path, seconds: float) -> None:
    passed = begun = 0
    for report in service.check_all(chosen, solutions, seconds):
        passed, begun = passed + report.passed, begun + report.begun
        _print_report(report, briefly=True)
    for path in strays(solutions):
        say(about_stray(path))
    say(f"{passed} of {len(chosen)} passed, {len(chosen) - begun} not started.")
    if passed < begun:
        raise typer.Exit(1)


def _print_json(chosen: tuple[Exercise, ...], solutions: Path, seconds: float, *, as_list: bool) -> None:
    pairs = [(exercise, solution_file(exercise.slug, solutions)) for exercise in chosen]
    verdicts = list(check_files(pairs, seconds))
    documents = [verdict.as_json() for verdict in verdicts]
    write(json.dumps(documents if as_list else documents[0], indent=2))
    fine = (PASSED, NOT_STARTED) if as_list else (PASSED,)
    if any(verdict.outcome not in fine for verdict in verdicts):
        raise typer.Exit(1)


def _print_report(report: Report, briefly: bool = False) -> None:
    for line in printed(report):
        write(line)
    say(heading(report), style=STYLES[report.verdict.outcome])
    for line in below(report, briefly) if not briefly or report.begun else ():
        say(line)
