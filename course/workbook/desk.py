"""The learner's own files, ``my_solutions/NN_slug.py``: written once, never overwritten."""

import os
from hashlib import sha256
from pathlib import Path

from common.errors import InvalidArgument
from common.files import atomic_write
from course.workbook.cutting import is_untouched, starter_source
from course.workbook.exercise import FOLDER, Exercise

SOLUTIONS = Path(os.environ.get("VAE_SOLUTIONS", FOLDER.parent / "my_solutions"))
BACKUPS = "backups"


def solution_file(exercise: Exercise, folder: Path) -> Path:
    """Return where the learner's answer lies, or will."""
    return folder / f"{exercise.slug}.py"


def begin(exercise: Exercise, folder: Path) -> bool:
    """Write the starter if there is no file yet; return whether it was written."""
    path = solution_file(exercise, folder)
    if path.exists():
        return False
    with atomic_write(path) as temporary:
        temporary.write_text(starter_source(exercise), encoding="utf-8")
    return True


def reset(exercise: Exercise, folder: Path) -> Path | None:
    """Put the learner's file among the backups and write the starter; return the backup, None if nothing was there."""
    path = solution_file(exercise, folder)
    backup = None
    if path.exists():
        backup = _free_name(folder / BACKUPS, exercise)
        with atomic_write(backup) as temporary:
            temporary.write_bytes(path.read_bytes())
        path.unlink()
    begin(exercise, folder)
    return backup


def is_begun(exercise: Exercise, folder: Path) -> bool:
    """Whether the learner has written anything into the starter."""
    path = solution_file(exercise, folder)
    return path.is_file() and not is_untouched(exercise, path.read_text(encoding="utf-8", errors="replace"))


def latest(exercises: tuple[Exercise, ...], folder: Path) -> Exercise:
    """Return the exercise whose file was saved last.

    Raises
    ------
    InvalidArgument
        If no exercise has a file yet.
    """
    there = [exercise for exercise in exercises if solution_file(exercise, folder).is_file()]
    if not there:
        raise InvalidArgument("exercise", "none", "the number of one", "Nothing is begun yet: vae start")
    return max(there, key=lambda exercise: solution_file(exercise, folder).stat().st_mtime_ns)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, by which a change after passing is seen."""
    return sha256(path.read_bytes()).hexdigest()


def _free_name(folder: Path, exercise: Exercise) -> Path:
    number = 1
    while (folder / f"{exercise.slug}.{number}.py").exists():
        number += 1
    return folder / f"{exercise.slug}.{number}.py"
