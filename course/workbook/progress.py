"""What the learner has done, in one readable file: ``my_solutions/progress.json``."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from common.errors import OperationFailed
from common.files import locked, write_json
from course.console import warn
from course.workbook.answers import is_begun, is_other_text, solution_file
from course.workbook.exercise import Exercise, exercise_of, exercises, slugs

FILE, LOCK = "progress.json", ".progress.lock"
NOT_STARTED, BEGUN, PASSED, CHANGED = "not started", "begun", "passed", "passed, changed since"


@dataclass(frozen=True)
class Entry:
    """The story of one exercise. ``sha256`` is of the answer that passed, ``where`` whether in a file or a notebook.

    ``failures`` counts since the last pass, and ``mistakes`` are the names of those that were observed since then.
    """

    status: str = NOT_STARTED
    failures: int = 0
    mistakes: list[str] = field(default_factory=list)
    hints: int = 0
    passed_on: str = ""
    sha256: str = ""
    where: str = ""

    def passed(self, sha256: str, where: str) -> "Entry":
        """Return the entry after an answer has passed."""
        today = datetime.now(UTC).date().isoformat()
        return Entry(PASSED, hints=self.hints, passed_on=today, sha256=sha256, where=where)

    def failed(self, mistake: str, sha256: str, where: str) -> "Entry":
        """Return the entry after an answer that was wrong in a way that has a name."""
        changed = self.where == where == "file" and sha256 != self.sha256
        status = BEGUN if not self.passed_on else CHANGED if changed else self.status
        mistakes = list(dict.fromkeys([*self.mistakes, mistake]))
        return replace(self, status=status, failures=self.failures + 1, mistakes=mistakes)


def read_progress(folder: Path) -> dict[str, Entry]:
    """Return the entries by slug; those of exercises that this course does not have are kept.

    A file that cannot be understood is put aside, and a new one begins.

    Raises
    ------
    OperationFailed
        If the file may not be read, or can neither be understood nor put aside; it is left as it is.
    """
    try:
        return _read(folder / FILE)
    except ValueError:
        with recording(folder) as entries:
            return entries


@contextmanager
def recording(folder: Path) -> Iterator[dict[str, Entry]]:
    """Give the entries to be changed, while no other process changes them; what has changed is written at the end.

    Raises
    ------
    OperationFailed
        If the file may not be read, or cannot be written.
    """
    path = folder / FILE
    with locked(folder / LOCK):
        try:
            before = _read(path)
        except ValueError as error:
            _put_aside(path, error)
            before = {}
        entries = dict(before)
        yield entries
        if entries != before:
            write_json(path, {slug: asdict(entry) for slug, entry in sorted(entries.items())})


def _read(path: Path) -> dict[str, Entry]:
    """Read the file; ValueError says why it cannot be understood."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return {slug: _entry(slug, fields) for slug, fields in entries.items()}
    except OSError as error:
        raise OperationFailed(f"cannot read {path}: {error.strerror}.", "Your answers are safe.") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(ascii(str(error))[1:-1]) from error


def _entry(slug: str, fields: dict[str, Any]) -> Entry:
    entry, form = Entry(**fields), vars(Entry())
    for name, value in vars(entry).items():
        if type(value) is not type(form[name]) or (isinstance(value, int) and value < 0):
            raise ValueError(f"{name} of {slug} is {value!r:.40}")
    if not all(isinstance(one, str) for one in entry.mistakes):
        raise ValueError(f"mistakes of {slug} are {entry.mistakes!r:.40}")
    if entry.passed_on:
        date.fromisoformat(entry.passed_on)
    if entry.status not in (NOT_STARTED, BEGUN, PASSED, CHANGED):
        raise ValueError(f"status of {slug} is {entry.status!r:.40}")
    return entry


def _put_aside(path: Path, why: Exception) -> None:
    aside = path.with_name(f"{path.stem}.unreadable-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}{path.suffix}")
    try:
        path.replace(aside)
    except OSError as error:
        remedy = f"It cannot be put aside either: {error.strerror}. Your answers are safe."
        raise OperationFailed(f"{path} cannot be understood ({why}).", remedy) from error
    remedy = "A new one begins; your answers are safe, and vae check --all finds again what has passed."
    warn(f"{path} could not be understood ({why}), so it is now called {aside.name}. {remedy}")


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
    now = _as_they_stand(stored, folder)
    if stored and any(stored.get(slug) != entry for slug, entry in now.items() if entry != Entry()):
        with suppress(OperationFailed), recording(folder) as entries:  # shown all the same where nothing can be written
            latest = _as_they_stand(entries, folder)
            entries.update({slug: entry for slug, entry in latest.items() if entry != Entry()})
    return now


def _as_they_stand(entries: Mapping[str, Entry], folder: Path) -> dict[str, Entry]:
    """Return the entry of every exercise with the status that the learner's file now gives it."""
    return {one.slug: _refreshed(one, entries.get(one.slug, Entry()), folder) for one in exercises()}


def _refreshed(exercise: Exercise, entry: Entry, folder: Path) -> Entry:
    if not entry.passed_on:
        begun = entry.failures > 0 or is_begun(exercise, folder)
        return replace(entry, status=BEGUN if begun else NOT_STARTED)
    changed = entry.where == "file" and is_other_text(solution_file(exercise.slug, folder), entry.sha256)
    return replace(entry, status=CHANGED if changed else PASSED)
