"""`vae start`, `check`, `hint`, `next`, `progress`, `solution`, `reset`, `watch`: the exercises."""

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from common.errors import InvalidArgument
from course.checking.isolation import SECONDS
from course.console import note, results, say, show, unbroken, write
from course.workbook.choosing import named_or_latest
from course.workbook.desk import SOLUTIONS, short
from course.workbook.exercise import Exercise, exercises

if TYPE_CHECKING:
    from course.checking.service import Report

HELP = "Number, name or file of an exercise."
Name = Annotated[str, typer.Argument(metavar="NN", help=HELP, show_default=False)]
MaybeName = Annotated[str | None, typer.Argument(metavar="[NN]", help=HELP, show_default=False)]
Solutions = Annotated[Path, typer.Option("--solutions", metavar="DIR", help="Where your answers lie.")]


def start(name: MaybeName = None, solutions: Solutions = SOLUTIONS) -> None:
    """Write the file of an exercise (the next one by default), and say what to do; nothing is ever overwritten."""
    from course.workbook.desk import begin, solution_file

    exercise = named_or_latest(name, solutions) if name else _next(solutions)
    if exercise is None:
        say("All exercises have passed. Choose one to look at again: vae start NN")
        return
    written = begin(exercise, solutions)
    say(f"{exercise.number} {exercise.title} ({_about(exercise)})")
    say(f"  the task   {unbroken(short(exercise.folder / 'README.md'))}")
    say(f"  your file  {unbroken(short(solution_file(exercise, solutions)))}{'' if written else ' (as you left it)'}")
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
    from course.checking.service import check as check_one

    if name and everything:
        raise InvalidArgument("--all", f"with exercise {name}", "one of the two")
    chosen = exercises() if everything else (named_or_latest(name, solutions),)
    if as_json:
        _print_json(chosen, solutions, seconds, as_list=everything)
    elif everything:
        _print_reports(chosen, solutions, seconds)
    else:
        report = check_one(chosen[0], solutions, seconds)
        _print_report(report)
        if not report.passed:
            raise typer.Exit(1)


def hint(name: MaybeName = None, solutions: Solutions = SOLUTIONS) -> None:
    """Give the next hint of an exercise, the one saved last by default; there are three."""
    from course.workbook.hints import next_hint

    exercise = named_or_latest(name, solutions)
    if name is None:
        say(f"{exercise.number} {exercise.title}")
    say(next_hint(exercise, solutions))


def next_(name: MaybeName = None, solutions: Solutions = SOLUTIONS) -> None:
    """Say which exercise comes next, after the one saved last by default."""
    exercise = _next(solutions, name)
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
    name: MaybeName = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show it although the exercise has not passed.")] = False,
    solutions: Solutions = SOLUTIONS,
) -> None:
    """Print the course's own answer, once yours has passed; without a number to the exercise saved last."""
    from course.workbook.cutting import solution_source
    from course.workbook.originals import refuse_if_altered
    from course.workbook.progress import Progress

    exercise = named_or_latest(name, solutions)
    refuse_if_altered(exercise)
    if not reveal and not Progress(solutions).of(exercise).passed_on:
        note(f"{exercise.number} has not passed yet. Try vae hint {exercise.number}, or see the answer with --reveal.")
        raise typer.Exit(1)
    write(solution_source(exercise).rstrip())


def reset(name: Name, solutions: Solutions = SOLUTIONS) -> None:
    """Begin an exercise anew; your file is kept among the backups."""
    from course.workbook.desk import reset as put_away
    from course.workbook.desk import solution_file

    exercise = named_or_latest(name, solutions)
    backup = put_away(exercise, solutions)
    if backup is not None:
        say(f"Your answer is kept: {unbroken(short(backup))}")
    say(f"A fresh start: {unbroken(short(solution_file(exercise, solutions)))}")


def watch(
    name: MaybeName = None,
    solutions: Solutions = SOLUTIONS,
    seconds: Annotated[float, typer.Option(min=0.1, help="Time limit of one exercise.")] = SECONDS,
) -> None:
    """Check an exercise whenever you save its file, any of them by default; stop with Ctrl-C."""
    from course.checking.service import check as check_one
    from course.workbook.choosing import about_stray, strays
    from course.workbook.desk import solution_file
    from course.workbook.watching import saved

    chosen = exercises() if name is None else (named_or_latest(name, solutions),)
    answers = {solution_file(exercise, solutions): exercise for exercise in chosen}
    what = short(solutions) if name is None else f"{chosen[0].number} {chosen[0].title}"
    say(f"Watching {what}; save a file to check it, stop with Ctrl-C.")
    try:
        for path in saved(lambda: [*answers, *strays(solutions)]):
            if path in answers:
                _print_report(check_one(answers[path], solutions, seconds))
            else:
                say(about_stray(path))
    except KeyboardInterrupt:
        say("Stopped.")


def _next(solutions: Path, name: str | None = None) -> Exercise | None:
    """Return what comes after an exercise; without a name after the one saved last, if that has passed."""
    from course.workbook.progress import Progress

    done = Progress(solutions)
    if name is not None:
        return done.next_exercise(named_or_latest(name, solutions))
    with suppress(InvalidArgument):  # nothing is begun yet
        last = named_or_latest(None, solutions)
        return done.next_exercise(last if done.of(last).passed_on else None)
    return done.next_exercise()


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


def _print_reports(chosen: tuple[Exercise, ...], solutions: Path, seconds: float) -> None:
    from course.checking.service import check_all
    from course.workbook.choosing import about_stray, strays

    passed = begun = 0
    for report in check_all(chosen, solutions, seconds):
        passed, begun = passed + report.passed, begun + report.begun
        _print_report(report, briefly=True)
    for path in strays(solutions):
        say(about_stray(path))
    say(f"{passed} of {len(chosen)} passed, {len(chosen) - begun} not started.")
    if passed < begun:
        raise typer.Exit(1)


def _print_report(report: "Report", briefly: bool = False) -> None:
    from course.checking.report import STYLES, below, heading, printed

    for line in printed(report):
        write(line)
    say(heading(report), style=STYLES[report.verdict.outcome])
    for line in below(report, briefly) if report.begun or not briefly else ():
        say(line)


def _about(exercise: Exercise) -> str:
    return f"about {exercise.minutes} minutes, difficulty {exercise.difficulty} of 3"
