"""What the commands of the exercises do for a learner who answers one; checking is `course.checking.terminal`."""

from pathlib import Path

import typer

from course.console import note, results, say, show, unbroken, write
from course.workbook import answers
from course.workbook.choosing import coming, named_or_latest
from course.workbook.cutting import solution_source
from course.workbook.exercise import Exercise
from course.workbook.hints import next_hint
from course.workbook.originals import refuse_if_altered
from course.workbook.progress import CHANGED, Entry, overview, read_progress
from course.workbook.table import summary, table


def start(name: str | None, solutions: Path) -> None:
    """Write the file of an exercise, the one that comes next unless named, and say what to do."""
    exercise = named_or_latest(name, solutions) if name else coming(None, solutions)
    if exercise is None:
        say("All exercises have passed. Choose one to look at again: vae start NN")
        return
    written = answers.begin(exercise, solutions)
    say(_introduction(exercise))
    say(f"  the task   {unbroken(answers.short(exercise.folder / 'README.md'))}")
    say(f"  your file  {_own(exercise, solutions)}{'' if written else ' (as you left it)'}")
    say(f"  then       vae check {exercise.number}      a hint: vae hint {exercise.number}")


def hint(name: str | None, solutions: Path) -> None:
    """Give the next hint; say which exercise it is for, unless that was named."""
    exercise = named_or_latest(name, solutions)
    if name is None:
        say(f"{exercise.number} {exercise.title}")
    say(next_hint(exercise, solutions))


def next_(name: str | None, solutions: Path) -> None:
    """Say which exercise comes next, and what it builds on."""
    exercise = coming(name, solutions)
    if exercise is None:
        say("All exercises have passed.")
        return
    say(_introduction(exercise))
    if exercise.prerequisites:
        say(f"  builds on {', '.join(exercise.prerequisites)}")
    say(f"  begin with: vae start {exercise.number}")


def progress(solutions: Path) -> None:
    """Show how every exercise stands, and what they come to."""
    entries = overview(solutions)
    show(table(entries, results().width))
    for line in summary(entries):
        say(line)
    if any(entry.status == CHANGED for entry in entries.values()):
        say("Some answers have changed since they passed: vae check --all")


def solution(name: str | None, solutions: Path, *, reveal: bool) -> None:
    """Print the course's own answer, once the learner's has passed or where it is to be revealed all the same.

    Raises
    ------
    typer.Exit
        If the exercise has not passed.
    """
    exercise = named_or_latest(name, solutions)
    refuse_if_altered(exercise)
    if not reveal and not read_progress(solutions).get(exercise.slug, Entry()).passed_on:
        note(f"{exercise.number} has not passed yet. Try vae hint {exercise.number}, or see the answer with --reveal.")
        raise typer.Exit(1)
    write(solution_source(exercise).rstrip())


def reset(name: str, solutions: Path) -> None:
    """Put the learner's file among the backups, begin anew, and say where both are."""
    exercise = named_or_latest(name, solutions)
    backup = answers.reset(exercise, solutions)
    if backup is not None:
        say(f"Your answer is kept: {unbroken(answers.short(backup))}")
    say(f"A fresh start: {_own(exercise, solutions)}")


def _introduction(exercise: Exercise) -> str:
    cost = f"about {exercise.minutes} minutes, difficulty {exercise.difficulty} of 3"
    return f"{exercise.number} {exercise.title} ({cost})"


def _own(exercise: Exercise, solutions: Path) -> str:
    return unbroken(answers.short(answers.solution_file(exercise.slug, solutions)))
