"""What the learner has done, in one readable file: ``my_solutions/progress.json``."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from common.errors import OperationFailed
from common.files import write_json
from course.workbook.desk import checksum, is_begun, solution_file
from course.workbook.exercise import Exercise, exercises

FILE = "progress.json"
NOT_STARTED, BEGUN, PASSED, CHANGED = "not started", "begun", "passed", "passed, changed since"


@dataclass(frozen=True)
class Entry:
    """The story of one exercise. ``failures`` counts since the last pass, ``sha256`` is of the answer that passed."""

    status: str = NOT_STARTED
    failures: int = 0
    hints: int = 0
    passed_on: str = ""
    sha256: str = ""
    where: str = ""


def read_progress(folder: Path) -> dict[str, Entry]:
    """Return the entries by slug; those of exercises that this course does not have are kept.

    Raises
    ------
    OperationFailed
        If the file is there and cannot be read; it is left as it is.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {slug: Entry(**entry) for slug, entry in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        remedy = f"Mend it, or move it away to begin a new one; your answers are safe. ({error})"
        raise OperationFailed(f"cannot read {path}.", remedy) from error


def entry_of(exercise: Exercise, folder: Path) -> Entry:
    """Return the entry of an exercise as it stands now."""
    return _refreshed(exercise, read_progress(folder).get(exercise.slug, Entry()), folder)


def record_pass(exercise: Exercise, folder: Path, sha256: str, where: str) -> None:
    """Write down that an answer passed; ``where`` says whether it is a file or a function of a notebook."""
    entry = read_progress(folder).get(exercise.slug, Entry())
    today = datetime.now(UTC).date().isoformat()
    _store(exercise, replace(entry, status=PASSED, failures=0, passed_on=today, sha256=sha256, where=where), folder)


def record_failure(exercise: Exercise, folder: Path) -> None:
    """Count a wrong answer."""
    entry = read_progress(folder).get(exercise.slug, Entry())
    _store(exercise, replace(entry, failures=entry.failures + 1), folder)


def record_hint(exercise: Exercise, folder: Path) -> int:
    """Count a hint, and return how many were given before it."""
    entry = read_progress(folder).get(exercise.slug, Entry())
    _store(exercise, replace(entry, hints=min(entry.hints + 1, len(exercise.hints))), folder)
    return entry.hints


def next_exercise(folder: Path) -> Exercise | None:
    """Return the first exercise that has not passed, None at the end of the course."""
    progress = read_progress(folder)
    waiting = (one for one in exercises() if not progress.get(one.slug, Entry()).passed_on)
    return next(waiting, None)


def overview(folder: Path) -> dict[str, Entry]:
    """Return the entry of every exercise of the course as it stands now, and bring the file up to date."""
    stored = read_progress(folder)
    now = {one.slug: _refreshed(one, stored.get(one.slug, Entry()), folder) for one in exercises()}
    if stored and any(stored.get(slug) != entry for slug, entry in now.items() if entry != Entry()):
        write_json(folder / FILE, {slug: asdict(entry) for slug, entry in {**stored, **_told(now)}.items()})
    return now


def _store(exercise: Exercise, entry: Entry, folder: Path) -> None:
    entries = {**read_progress(folder), exercise.slug: _refreshed(exercise, entry, folder)}
    write_json(folder / FILE, {slug: asdict(one) for slug, one in sorted(entries.items())})


def _refreshed(exercise: Exercise, entry: Entry, folder: Path) -> Entry:
    """Return the entry with the status that the learner's file now gives it."""
    path = solution_file(exercise, folder)
    if not entry.passed_on:
        begun = is_begun(exercise, folder) or entry.failures > 0
        return replace(entry, status=BEGUN if begun else NOT_STARTED)
    changed = entry.where == "file" and path.is_file() and checksum(path) != entry.sha256
    return replace(entry, status=CHANGED if changed else PASSED)


def _told(entries: dict[str, Entry]) -> dict[str, Entry]:
    return {slug: entry for slug, entry in entries.items() if entry != Entry()}
