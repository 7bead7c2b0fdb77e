"""`vae start`, `check`, `hint`, `next`, `progress`, `solution`, `reset`, `watch`: the exercises."""

import json
from pathlib import Path
from typing import Annotated

import typer

from common.errors import InvalidArgument
from course.checking.isolation import SECONDS
from course.console import note, results, say, show, unbroken, write
from course.workbook.desk import SOLUTIONS
from course.workbook.exercise import Exercise, exercises, find

Name = Annotated[str, typer.Argument(metavar="NN", help="Number or name of an exercise.", show_default=False)]
MaybeName = Annotated[str | None, typer.Argument(metavar="[NN]", help="Number or name.", show_default=False)]
Solutions = Annotated[Path, typer.Option("--solutions", metavar="DIR", help="Where your answers lie.")]


def start(name: MaybeName = None, solutions: Solutions = SOLUTIONS) -> None:
    """Write the file of an exercise (the next one by default), and say what to do; nothing is ever overwritten."""
    from course.workbook.desk import begin, solution_file
    from course.workbook.progress import next_exercise

    exercise = find(name) if name else next_exercise(solutions)
    if exercise is None:
        say("All exercises have passed. Choose one to look at again: vae start NN")
        return
    written = begin(exercise, solutions)
    say(f"{exercise.number} {exercise.title} ({_about(exercise)})")
    say(f"  the task   {_short(exercise.folder / 'README.md')}")
    say(f"  your file  {_short(solution_file(exercise, solutions))}{'' if written else ' (as you left it)'}")
    say(f"  then       vae check {exercise.number}      a hint: vae hint {exercise.number}")


def check(
    name: MaybeName = None,
    everything: Annotated[bool, typer.Option("--all", help="Check all exercises.")] = False,
    solutions: Solutions = SOLUTIONS,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; progress is not recorded.")] = False,
    seconds: Annotated[float, typer.Option(min=0.1, help="Time limit of one exercise.")] = SECONDS,
) -> None:
    """Check an answer: the one saved last by default.

    Exit code 0: passed (with --all: nothing that was begun is wrong). 1: not passed. 2: no such exercise.
    """
    if name and everything:
        raise InvalidArgument("--all", f"with exercise {name}", "one of the two")
    chosen = exercises() if everything else (_chosen(name, solutions),)
    if as_json:
        _print_json(chosen, solutions, seconds, as_list=everything)
    else:
        _print_reports(chosen, solutions, seconds, as_table=everything)


def hint(name: Name, solutions: Solutions = SOLUTIONS) -> None:
    """Give the next hint of an exercise; there are three."""
    from course.workbook.progress import record_hint

    exercise = find(name)
    before = record_hint(exercise, solutions)
    number = min(before, len(exercise.hints) - 1)
    say(f"Hint {number + 1} of {len(exercise.hints)}: {exercise.hints[number]}")
    if before >= len(exercise.hints):
        say(f"That was the last one. The answer: vae solution {exercise.number} --reveal")


def next_(solutions: Solutions = SOLUTIONS) -> None:
    """Say which exercise comes next."""
    from course.workbook.progress import next_exercise

    exercise = next_exercise(solutions)
    if exercise is None:
        say("All exercises have passed.")
        return
    say(f"{exercise.number} {exercise.title} ({_about(exercise)})")
    if exercise.prerequisites:
        say(f"  builds on {', '.join(exercise.prerequisites)}")
    say(f"  begin with: vae start {exercise.number}")


def progress(solutions: Solutions = SOLUTIONS) -> None:
    """Show what has passed, what is begun, and what has changed since it passed."""
    from course.workbook.progress import CHANGED, overview
    from course.workbook.table import summary, table

    entries = overview(solutions)
    show(table(entries, results().width))
    for line in summary(entries):
        say(line)
    if any(entry.status == CHANGED for entry in entries.values()):
        say("Some answers have changed since they passed: vae check --all")


def solution(
    name: Name,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show it although the exercise has not passed.")] = False,
    solutions: Solutions = SOLUTIONS,
) -> None:
    """Print the course's own answer, once yours has passed."""
    from course.workbook.cutting import solution_source
    from course.workbook.progress import entry_of

    exercise = find(name)
    if not reveal and not entry_of(exercise, solutions).passed_on:
        note(f"{exercise.number} has not passed yet. Try vae hint {exercise.number}, or see the answer with --reveal.")
        raise typer.Exit(1)
    write(solution_source(exercise).rstrip())


def reset(name: Name, solutions: Solutions = SOLUTIONS) -> None:
    """Begin an exercise anew; your file is kept among the backups."""
    from course.workbook.desk import reset as put_away
    from course.workbook.desk import solution_file

    exercise = find(name)
    backup = put_away(exercise, solutions)
    if backup is not None:
        say(f"Your answer is kept: {_short(backup)}")
    say(f"A fresh start: {_short(solution_file(exercise, solutions))}")


def watch(
    solutions: Solutions = SOLUTIONS,
    seconds: Annotated[float, typer.Option(min=0.1, help="Time limit of one exercise.")] = SECONDS,
) -> None:
    """Check an exercise whenever you save its file; stop with Ctrl-C."""
    from course.checking.service import check as check_one
    from course.workbook.watching import saved

    say(f"Watching {_short(solutions)}; save a file to check it, stop with Ctrl-C.")
    try:
        for exercise in saved(exercises(), solutions):
            _print_report(check_one(exercise, solutions, seconds))
    except KeyboardInterrupt:
        say("Stopped.")


def _chosen(name: str | None, solutions: Path) -> Exercise:
    from course.workbook.desk import latest

    return latest(exercises(), solutions) if name is None else find(name)


def _print_json(chosen: tuple[Exercise, ...], solutions: Path, seconds: float, *, as_list: bool) -> None:
    from course.checking.isolation import check_files
    from course.checking.verdict import NOT_STARTED, PASSED
    from course.workbook.desk import solution_file

    pairs = [(exercise, solution_file(exercise, solutions)) for exercise in chosen]
    verdicts = list(check_files(pairs, seconds))
    documents = [verdict.as_json() for verdict in verdicts]
    write(json.dumps(documents if as_list else documents[0], indent=2))
    fine = (PASSED, NOT_STARTED) if as_list else (PASSED,)
    if any(verdict.outcome not in fine for verdict in verdicts):
        raise typer.Exit(1)


def _print_reports(chosen: tuple[Exercise, ...], solutions: Path, seconds: float, *, as_table: bool) -> None:
    from course.checking.service import check_all

    passed = begun = 0
    for report in check_all(chosen, solutions, seconds):
        passed, begun = passed + report.passed, begun + report.begun
        _print_report(report)
    if as_table:
        say(f"{passed} of {len(chosen)} passed, {len(chosen) - begun} not started.")
    elif passed:
        say("Next: vae start")
    if passed < begun or (not as_table and not passed):
        raise typer.Exit(1)


def _print_report(report: object) -> None:
    from course.checking.report import STYLES, heading, text
    from course.checking.service import Report

    assert isinstance(report, Report)
    first = heading(report)
    say(first, style=STYLES[report.verdict.outcome])
    rest = text(report)[len(first) + 1 :]
    if rest and (report.begun or report.verdict.observation):
        say(rest)


def _about(exercise: Exercise) -> str:
    return f"about {exercise.minutes} minutes, difficulty {exercise.difficulty} of 3"


def _short(path: Path) -> str:
    """Return a path, for a message, relative to where the learner stands if it lies below."""
    return unbroken(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
