"""A check as the learner meets it: the verdict, the progress, and how much of the diagnosis is shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from course.checking.isolation import SECONDS, check_file, check_files
from course.checking.verdict import NOT_STARTED, PASSED, Verdict
from course.workbook.desk import checksum, solution_file
from course.workbook.exercise import Exercise
from course.workbook.progress import entry_of, record_failure, record_pass


@dataclass(frozen=True)
class Report:
    """A verdict for a learner: on the first failure it keeps the name of the mistake to itself."""

    exercise: Exercise
    verdict: Verdict
    failures: int

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.verdict.outcome == PASSED

    @property
    def begun(self) -> bool:
        """Whether there is an answer."""
        return self.verdict.outcome != NOT_STARTED


def check(exercise: Exercise, folder: Path, seconds: float = SECONDS, picture: bool = False) -> Report:
    """Check the learner's file, and record what came of it."""
    file = solution_file(exercise, folder)
    return recorded(exercise, folder, check_file(exercise, file, seconds, picture), file, "file")


def check_all(chosen: Iterable[Exercise], folder: Path, seconds: float = SECONDS) -> Iterator[Report]:
    """Check many, several at a time, and yield the reports in order."""
    chosen = tuple(chosen)
    pairs = [(exercise, solution_file(exercise, folder)) for exercise in chosen]
    for (exercise, file), verdict in zip(pairs, check_files(pairs, seconds), strict=True):
        yield recorded(exercise, folder, verdict, file, "file")


def recorded(exercise: Exercise, folder: Path, verdict: Verdict, file: Path, where: str) -> Report:
    """Record a verdict in the learner's progress, and return the report on it."""
    failures = entry_of(exercise, folder).failures
    if verdict.outcome == PASSED:
        record_pass(exercise, folder, checksum(file), where)
    elif verdict.outcome != NOT_STARTED:
        record_failure(exercise, folder)
        failures += 1
    return Report(exercise, verdict, failures)
