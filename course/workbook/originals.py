"""Noticing that a file of the course, from which an exercise is cut, is no longer the original.

    python -m course.workbook.originals

records the files as they stand, after whoever works on the course has changed one; a test says when that is due.
"""

import ast
from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from json import loads
from pathlib import Path
from tokenize import COMMENT, TokenError, tokenize

from common.errors import OperationFailed
from common.files import write_json
from course.workbook.cutting import solution_source
from course.workbook.exercise import FOLDER, Exercise, exercises

ROOT = FOLDER.parent
RECORD = FOLDER / "originals.json"
PACKAGES = ("common", "numpy_impl", "pytorch_lowlevel", "paper")


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


def rests_on(exercise: Exercise) -> list[str]:
    """Return the files that decide what is right: those it is cut from, its cases, and what both need to run."""
    cases = exercise.folder / "exercise.py"
    found = {cases} | {file for target in exercise.targets if (file := _file_of(target.module)) is not None}
    waiting = [*_imported(solution_source(exercise)), *_imported(cases.read_text(encoding="utf-8"))]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imported(path.read_text(encoding="utf-8"))
    packages = {path.with_name("__init__.py") for path in found if path != cases}  # imported on the way
    return sorted(path.relative_to(ROOT).as_posix() for path in found | packages if path.is_file())


def record() -> dict[str, dict]:
    """Return what is to be recorded of the files as they stand."""
    by_exercise = {exercise.slug: rests_on(exercise) for exercise in exercises()}
    files = sorted({name for names in by_exercise.values() for name in names})
    return {"files": {name: _checksum(ROOT / name) for name in files}, "exercises": by_exercise}


def _record() -> dict[str, dict]:
    return loads(RECORD.read_text(encoding="utf-8")) if RECORD.is_file() else {"files": {}, "exercises": {}}


def _changed(names: Iterable[str], files: dict[str, str]) -> list[str]:
    return [name for name in names if _checksum(ROOT / name) != files[name]]


def _checksum(path: Path) -> str:
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


def _imported(source: str) -> Iterator[Path]:
    """Yield the modules of the course that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found = [_file_of(alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found = [_file_of(f"{node.module}.{alias.name}") or _file_of(str(node.module)) for alias in node.names]
        else:
            continue
        yield from (file for file in found if file is not None)


def _file_of(module: str) -> Path | None:
    """Return the file of a module or package of the course, None for those of others."""
    place = ROOT.joinpath(*module.split("."))
    files = (place.with_suffix(".py"), place / "__init__.py")
    return next(filter(Path.is_file, files), None) if module.split(".")[0] in PACKAGES else None


if __name__ == "__main__":
    write_json(RECORD, record())
