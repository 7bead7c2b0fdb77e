"""The learner's own files, ``my_solutions/NN_slug.py``: written once, never overwritten."""

import os
from hashlib import sha256
from pathlib import Path

from common.files import atomic_write
from course.workbook.cutting import is_untouched, starter_source
from course.workbook.exercise import FOLDER, Exercise
from course.workbook.originals import altered, refuse_if_altered

SOLUTIONS = Path(os.environ.get("VAE_SOLUTIONS") or FOLDER.parent / "my_solutions").expanduser()
BACKUPS = "backups"


def solution_file(slug: str, folder: Path) -> Path:
    """Return where the answer to the exercise of this name lies, or will."""
    return folder / f"{slug}.py"


def begin(exercise: Exercise, folder: Path) -> bool:
    """Write the starter if there is no file yet; return whether it was written.

    Raises
    ------
    OperationFailed
        If the file cannot be written, or the course's own file, from which it is cut, has changed.
    """
    path = solution_file(exercise.slug, folder)
    if path.exists():
        return False
    refuse_if_altered(exercise)
    with atomic_write(path) as temporary:
        temporary.write_text(starter_source(exercise), encoding="utf-8")
    return True


def reset(exercise: Exercise, folder: Path) -> Path | None:
    """Put the learner's file among the backups and write the starter; return the backup, None if nothing was there."""
    refuse_if_altered(exercise)
    path = solution_file(exercise.slug, folder)
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
    path = solution_file(exercise.slug, folder)
    if not path.is_file() or altered(exercise):  # the starter can no longer be made
        return path.is_file()
    return not is_untouched(exercise, path.read_text(encoding="utf-8", errors="replace"))


def short(path: Path) -> str:
    """Return a path relative to where the learner stands, if it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def is_other_text(path: Path, checksum: str) -> bool:
    """Whether a file is there, and not the one that had this SHA-256."""
    return path.is_file() and sha256(path.read_bytes()).hexdigest() != checksum


def _free_name(folder: Path, exercise: Exercise) -> Path:
    number = 1
    while (folder / f"{exercise.slug}.{number}.py").exists():
        number += 1
    return folder / f"{exercise.slug}.{number}.py"
