"""Noticing that a file of the course, from which an exercise is cut, is no longer the original."""

from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO
from json import loads
from pathlib import Path
from tokenize import COMMENT, TokenError, tokenize

from common.errors import OperationFailed
from course.workbook.exercise import FOLDER, Exercise

ROOT = FOLDER.parent
RECORD = FOLDER / "originals.json"


def altered(exercise: Exercise) -> list[str]:
    """Return the files that an exercise rests on and that have changed or are gone, as paths from the root."""
    record = _record()
    return _changed(record["exercises"].get(exercise.slug, ()), record["files"])


def altered_anywhere() -> list[str]:
    """Return all such files of all exercises."""
    record = _record()
    return _changed(record["files"], record["files"])


def refuse_if_altered(exercise: Exercise) -> None:
    """Hold back a starter or a solution that would be cut from something else.

    Raises
    ------
    OperationFailed
        If a file that the exercise rests on has changed.
    """
    if changed := altered(exercise):
        raise OperationFailed(f"{listed(changed)}.", way_back(changed))


def listed(changed: list[str]) -> str:
    """Say which files were changed."""
    return f"{' and '.join(changed)} {'was' if len(changed) == 1 else 'were'} changed"


def way_back(changed: list[str]) -> str:
    """Say where answers belong, and how the original comes back."""
    files = " ".join(changed)
    here = "git" if Path.cwd() == ROOT else f'git -C "{ROOT}"'
    back = f"{here} restore {files}" if (ROOT / ".git").exists() else f"take {files} from a fresh copy of the course"
    return f"Your answers belong in my_solutions/: move there what you want to keep. To get the original back: {back}"


def _record() -> dict[str, dict]:
    return loads(RECORD.read_text(encoding="utf-8")) if RECORD.is_file() else {"files": {}, "exercises": {}}


def _changed(names: Iterable[str], files: dict[str, str]) -> list[str]:
    return [name for name in names if checksum(ROOT / name) != files[name]]


def checksum(path: Path) -> str:
    """Return the SHA-256 of a source; comments, empty lines and line ends do not count."""
    return sha256(_code(path.read_bytes())).hexdigest() if path.is_file() else "missing"


def _code(source: bytes) -> bytes:
    """Return the lines of a source without comments; what Python cannot read comes back as it is."""
    lines = source.decode("utf-8", errors="replace").splitlines()
    try:
        for token in tokenize(BytesIO(source).readline):
            if token.type == COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
    except (SyntaxError, TokenError):
        return source
    return "\n".join(line.rstrip() for line in lines if line.strip()).encode()
