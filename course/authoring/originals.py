"""Recording the files from which exercises are cut, so that `vae check` notices a change of one.

The learner's side of it is `course.workbook.originals`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from course.workbook.cutting import solution_source
from course.workbook.exercise import Exercise, exercises
from course.workbook.originals import ROOT, checksum

PACKAGES = ("common", "numpy_impl", "pytorch_lowlevel", "paper")


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
    """Return what ``exercises/originals.json`` should hold: the checksums of all such files, and who rests on which."""
    by_exercise = {exercise.slug: rests_on(exercise) for exercise in exercises()}
    files = sorted({name for names in by_exercise.values() for name in names})
    return {"files": {name: checksum(ROOT / name) for name in files}, "exercises": by_exercise}


def _imported(source: str) -> Iterator[Path]:
    """Yield the modules of the course that a source imports."""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name}" for name in names] + [str(node.module)]
        yield from (file for name in names if (file := _file_of(name)) is not None)


def _file_of(module: str) -> Path | None:
    """Return the file of a module of the course, None for a package and for modules of others."""
    file = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return file if module.split(".")[0] in PACKAGES and file.is_file() else None
