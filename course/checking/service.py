"""A check as the learner meets it: the verdict, the progress, and how much of the diagnosis is shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from common.errors import OperationFailed
from course.checking.isolation import SECONDS, check_file, check_files
from course.checking.verdict import ERROR, NOT_STARTED, PASSED, TIMEOUT, WRONG, Verdict
from course.workbook.answers import solution_file
from course.workbook.choosing import about_stray, saved_at, strays
from course.workbook.exercise import Exercise
from course.workbook.progress import Entry, next_exercise, recording


@dataclass(frozen=True)
class Report:
    """A verdict for a learner: the name of a mistake is kept back until it is met for the second time (``again``).

    ``following`` is the exercise to do after one that has passed.
    """

    exercise: Exercise
    verdict: Verdict
    again: bool = False
    following: Exercise | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.verdict.outcome == PASSED

    @property
    def begun(self) -> bool:
        """Whether there is an answer."""
        return self.verdict.outcome != NOT_STARTED


def check(exercise: Exercise, folder: Path, seconds: float = SECONDS, picture: bool = False) -> Report:
    """Check the learner's file, and record what came of it; a file that was perhaps meant instead is named."""
    file = solution_file(exercise.slug, folder)
    saved = saved_at(file)
    verdict = check_file(exercise, file, seconds, picture)
    strange = [about_stray(path) for path in strays(folder) if saved_at(path) > saved]
    return recorded(exercise, folder, replace(verdict, remarks=[*verdict.remarks, *strange]), "file")


def check_all(chosen: Iterable[Exercise], folder: Path, seconds: float = SECONDS) -> Iterator[Report]:
    """Check many, several at a time, and yield the reports in order."""
    pairs = [(exercise, solution_file(exercise.slug, folder)) for exercise in chosen]
    for (exercise, _), verdict in zip(pairs, check_files(pairs, seconds), strict=True):
        yield recorded(exercise, folder, verdict, "file")


def recorded(exercise: Exercise, folder: Path, verdict: Verdict, where: str) -> Report:
    """Record a verdict in the learner's progress, and return the report on it.

    Where nothing can be recorded the report says so, and keeps nothing back.
    """
    if verdict.outcome not in (PASSED, WRONG, ERROR, TIMEOUT):
        return Report(exercise, verdict)
    mistake = verdict.diagnosis or verdict.outcome
    again, following = False, None
    try:
        with recording(folder) as entries:
            entry = entries.get(exercise.slug, Entry())
            if verdict.outcome == PASSED:
                entries[exercise.slug] = entry.passed(verdict.sha256, where)
                following = next_exercise(entries, exercise)
            else:
                again = mistake in entry.mistakes
                entries[exercise.slug] = entry.failed(mistake, verdict.sha256, where)
    except OperationFailed as error:
        again = True
        trouble = f"This could not be recorded: {error} Another folder: --solutions DIR."
        verdict = replace(verdict, remarks=[*verdict.remarks, trouble])
    return Report(exercise, verdict, again, following)
