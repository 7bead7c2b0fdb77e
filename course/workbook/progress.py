"""What the learner has done, in one readable file: ``my_solutions/progress.json``."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from common.errors import OperationFailed
from common.files import write_json
from course.console import warn
from course.workbook.desk import checksum, is_begun, solution_file
from course.workbook.exercise import Exercise, exercises

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


def entry_of(exercise: Exercise, folder: Path) -> Entry:
    """Return the entry of an exercise as it stands now."""
    return _refreshed(exercise, read_progress(folder).get(exercise.slug, Entry()), folder)


def record_pass(exercise: Exercise, folder: Path, sha256: str, where: str) -> None:
    """Write down that an answer passed; ``where`` says whether it is a file or a function of a notebook."""
    entry = read_progress(folder).get(exercise.slug, Entry())
    today = datetime.now(UTC).date().isoformat()
    passed = Entry(PASSED, hints=entry.hints, passed_on=today, sha256=sha256, where=where)
    _store(exercise, passed, folder)


def record_failure(exercise: Exercise, folder: Path, mistake: str) -> None:
    """Count a wrong answer, and remember by its name which mistake was observed."""
    entry = read_progress(folder).get(exercise.slug, Entry())
    mistakes = list(dict.fromkeys([*entry.mistakes, mistake]))
    _store(exercise, replace(entry, failures=entry.failures + 1, mistakes=mistakes), folder)


def record_hint(exercise: Exercise, folder: Path) -> None:
    """Count a hint."""
    entry = read_progress(folder).get(exercise.slug, Entry())
    _store(exercise, replace(entry, hints=min(entry.hints + 1, len(exercise.hints))), folder)


def next_exercise(folder: Path, after: Exercise | None = None) -> Exercise | None:
    """Return the exercise to do next, None at the end of the course.

    It is the easiest that builds on no other for whoever begins. Later it is one of the notebook of the exercise that
    has just passed (``after``), as long as there is one, and then the first that has not passed.
    """
    progress = read_progress(folder)
    waiting = [one for one in exercises() if one != after and not progress.get(one.slug, Entry()).passed_on]
    if len(waiting) == len(exercises()):
        return min(waiting, key=lambda one: (len(one.prerequisites), one.difficulty, one.minutes, one.number))
    near = [one for one in waiting if after is not None and one.notebook == after.notebook]
    return next(iter(near or waiting), None)


def overview(folder: Path) -> dict[str, Entry]:
    """Return the entry of every exercise of the course as it stands now, and bring the file up to date."""
    stored = read_progress(folder)
    now = {one.slug: _refreshed(one, stored.get(one.slug, Entry()), folder) for one in exercises()}
    if stored and any(stored.get(slug) != entry for slug, entry in now.items() if entry != Entry()):
        with suppress(OperationFailed):  # shown all the same where nothing can be written
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
