"""What the learner has done, in one readable file: ``my_solutions/progress.json``."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from common.errors import OperationFailed
from common.files import write_json
from course.console import warn
from course.workbook.desk import checksum, is_begun, solution_file
from course.workbook.exercise import Exercise, exercise_of, exercises, slugs

FILE = "progress.json"
NOT_STARTED, BEGUN, PASSED, CHANGED = "not started", "begun", "passed", "passed, changed since"


@dataclass(frozen=True)
class Entry:
    """The story of one exercise. ``sha256`` is of the answer that passed.

    ``failures`` counts since the last pass, and ``mistakes`` are the names of those that were observed since then.
    """

    status: str = NOT_STARTED
    failures: int = 0
    mistakes: list[str] = field(default_factory=list)
    hints: int = 0
    passed_on: str = ""
    sha256: str = ""
    where: str = ""


def read_progress(folder: Path) -> dict[str, Entry]:
    """Return the entries by slug; those of exercises that this course does not have are kept.

    A file that cannot be understood is put aside, and a new one begins.

    Raises
    ------
    OperationFailed
        If the file may not be read, or can neither be understood nor put aside; it is left as it is.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {slug: Entry(**entry) for slug, entry in entries.items()}
    except OSError as error:
        raise OperationFailed(f"cannot read {path}: {error.strerror}.", "Your answers are safe.") from error
    except (ValueError, TypeError, AttributeError) as error:
        _put_aside(path, error)
        return {}


def _put_aside(path: Path, why: Exception) -> None:
    aside = path.with_name(f"{path.stem}.unreadable-{datetime.now(UTC):%Y%m%d-%H%M%S}{path.suffix}")
    try:
        path.replace(aside)
    except OSError as error:
        remedy = f"It cannot be put aside either: {error.strerror}. Your answers are safe."
        raise OperationFailed(f"{path} cannot be understood ({why}).", remedy) from error
    remedy = "A new one begins; your answers are safe, and vae check --all finds again what has passed."
    warn(f"{path} could not be understood ({why}), so it is now called {aside.name}. {remedy}")


class Progress:
    """The entries of a learner, read once; what is recorded is written at once.

    Raises
    ------
    OperationFailed
        If the file may not be read, or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._entries = folder, read_progress(folder)

    def of(self, exercise: Exercise) -> Entry:
        """Return the entry of an exercise as it was written last."""
        return self._entries.get(exercise.slug, Entry())

    def record_pass(self, exercise: Exercise, sha256: str, where: str) -> None:
        """Write down that an answer passed; ``where`` says whether it is a file or a function of a notebook."""
        today = datetime.now(UTC).date().isoformat()
        passed = Entry(PASSED, hints=self.of(exercise).hints, passed_on=today, sha256=sha256, where=where)
        self._store(exercise, passed)

    def record_failure(self, exercise: Exercise, mistake: str) -> None:
        """Count a wrong answer, and remember by its name which mistake was observed."""
        entry = self.of(exercise)
        mistakes = list(dict.fromkeys([*entry.mistakes, mistake]))
        self._store(exercise, replace(entry, failures=entry.failures + 1, mistakes=mistakes))

    def record_hint(self, exercise: Exercise) -> None:
        """Count a hint."""
        entry = self.of(exercise)
        self._store(exercise, replace(entry, hints=min(entry.hints + 1, len(exercise.hints))))

    def next_exercise(self, after: Exercise | None = None) -> Exercise | None:
        """Return the exercise to do next, after the one that has just passed; None at the end of the course."""
        return next_exercise(self._entries, after)

    def _store(self, exercise: Exercise, entry: Entry) -> None:
        self._entries[exercise.slug] = _refreshed(exercise, entry, self._folder)
        write_json(self._folder / FILE, {slug: asdict(one) for slug, one in sorted(self._entries.items())})


def next_exercise(entries: Mapping[str, Entry], after: Exercise | None = None) -> Exercise | None:
    """Return the exercise to do next, None at the end of the course.

    It is the easiest that builds on no other for whoever begins. Later it is one of the notebook of the exercise that
    has just passed (``after``), as long as there is one, and then the first that has not passed.
    """
    done = {slug for slug, entry in entries.items() if entry.passed_on} | ({after.slug} if after else set())
    waiting = [slug for slug in slugs() if slug not in done]
    if len(waiting) == len(slugs()):
        return min(exercises(), key=lambda one: (len(one.prerequisites), one.difficulty, one.minutes, one.number))
    each = (exercise_of(slug) for slug in waiting)
    near = (one for one in each if after is not None and one.notebook == after.notebook)
    return next(near, None) or (exercise_of(waiting[0]) if waiting else None)


def overview(folder: Path) -> dict[str, Entry]:
    """Return the entry of every exercise of the course as it stands now, and bring the file up to date."""
    stored = read_progress(folder)
    now = {one.slug: _refreshed(one, stored.get(one.slug, Entry()), folder) for one in exercises()}
    if stored and any(stored.get(slug) != entry for slug, entry in now.items() if entry != Entry()):
        with suppress(OperationFailed):  # shown all the same where nothing can be written
            write_json(folder / FILE, {slug: asdict(entry) for slug, entry in {**stored, **_told(now)}.items()})
    return now


def _refreshed(exercise: Exercise, entry: Entry, folder: Path) -> Entry:
    """Return the entry with the status that the learner's file now gives it."""
    path = solution_file(exercise, folder)
    if not entry.passed_on:
        begun = entry.failures > 0 or is_begun(exercise, folder)
        return replace(entry, status=BEGUN if begun else NOT_STARTED)
    changed = entry.where == "file" and path.is_file() and checksum(path) != entry.sha256
    return replace(entry, status=CHANGED if changed else PASSED)


def _told(entries: dict[str, Entry]) -> dict[str, Entry]:
    return {slug: entry for slug, entry in entries.items() if entry != Entry()}
