"""Skeletons of what authors add: a paper, an exercise, a notebook. Each passes its own checks from the beginning."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from common.errors import InvalidArgument
from common.files import atomic_write
from course.authoring.part import COMMAND
from course.authoring.publishing.build import build
from course.lab.notebooks import ROOT, Lesson
from course.reproduction.table import ROWS, table
from course.workbook.exercise import FOLDER, Exercise, read_manifest

TEMPLATES = Path(__file__).parent / "templates"
MODEL_EXERCISE = FOLDER / "02_gaussian_kl"
"""An exercise begins as a copy of a short one, so that the skeleton is as sound as the exercise itself."""
COPIED = ("exercise.toml", "README.md", "exercise.py", "misconceptions.py", "alternatives.py")


class Made(NamedTuple):
    """The files that were written, and what their author does next, in this order."""

    files: list[Path]
    next: list[str]


def new_paper(name: str, root: Path = ROOT) -> Made:
    """Write ``paper/NAME/`` and ``tests/paper/test_NAME.py``: a small VAE on digits, to be made into the paper.

    Raises
    ------
    InvalidArgument
        If the name is none for a module, or is taken.
    """
    folder = _free(root / "paper" / _module_name(name))
    results = f"{ROWS[0]}\n\n{table([])}\n\n{ROWS[1]}"
    texts = {
        folder / "__init__.py": f'"""A reproduction; see `paper.{name}.experiment`."""\n',
        **{folder / part: _filled(f"paper/{part}.txt", name) for part in ("model.py", "experiment.py", "pictures.py")},
        folder / "README.md": _filled("paper/README.md.txt", name).replace("RESULTS", results),
        root / "tests" / "paper" / f"test_{name}.py": _filled("paper/test.py.txt", name),
    }
    return Made(_written(texts), [f"vae reproduce {name}"])


def new_exercise(name: str, root: Path = ROOT) -> Made:
    """Write ``exercises/NN_NAME/``: a copy of a short exercise, to be made into another.

    Raises
    ------
    InvalidArgument
        If the name is none for a module, or is taken.
    """
    number = _next_number((root / "exercises").glob("[0-9][0-9]_*"), name)
    folder = root / "exercises" / f"{number}_{name}"
    title = name.replace("_", " ").capitalize()
    texts = {}
    for part in COPIED:
        text = (MODEL_EXERCISE / part).read_text(encoding="utf-8").replace("exercise 02", f"exercise {number}")
        text = re.sub(r'^title = ".*"$', f'title = "{title}"', text, flags=re.MULTILINE)
        texts[folder / part] = re.sub(r"\A# 02 .*$", f"# {number} {title}", text, flags=re.MULTILINE)
    made = _written(texts)
    return Made(made, _next_for_an_exercise(read_manifest(folder / "exercise.toml")))


def new_notebook(name: str, root: Path = ROOT) -> Made:
    """Write ``notebooks/NN_NAME.py``, and build it.

    Raises
    ------
    InvalidArgument
        If the name is none for a module, or is taken.
    OperationFailed
        If it does not run.
    """
    number = _next_number((root / "notebooks").glob("[0-9][0-9]_*.py"), name)
    lesson = Lesson(root / "notebooks" / f"{number}_{name}.py")
    text = (TEMPLATES / "notebook.py.txt").read_text(encoding="utf-8")
    _written({lesson.source: text.replace("NUMBER", number).replace("TITLE", name.replace("_", " ").capitalize())})
    build(lesson)
    return Made([lesson.source, lesson.notebook], [f"python -m course.authoring check {number}", COMMAND])


def _next_for_an_exercise(exercise: Exercise) -> list[str]:
    """Return what is left until all tests are green again: the check in its notebook, the scorecard, the lists."""
    functions = ", ".join(target.name for target in exercise.targets)
    cell = f'check("{exercise.number}", {functions})'
    author = "python -m course.authoring"
    return [
        f"{author} gate {exercise.number}",
        f'put a cell {cell} into notebooks/{exercise.notebook}.py, in the section "{exercise.section}"',
        f"{author} build {exercise.notebook}",
        f"{author} scorecard {exercise.number}",
        COMMAND,
    ]


def _filled(template: str, name: str) -> str:
    """Return a template with the name of the paper, its imports in order again."""
    lines = (TEMPLATES / template).read_text(encoding="utf-8").replace("NAME", name).split("\n")
    places = [index for index, line in enumerate(lines) if line.startswith("from paper.")]
    for index, line in zip(places, sorted(lines[index] for index in places), strict=True):
        lines[index] = line
    return "\n".join(lines)


def _next_number(there: Iterable[Path], name: str) -> str:
    numbers = {path.stem.split("_", 1)[1]: int(path.stem[:2]) for path in there}
    if _module_name(name) in numbers:
        raise InvalidArgument("name", repr(name), f"another one: there is {numbers[name]:02d}_{name}")
    return f"{max(numbers.values(), default=-1) + 1:02d}"


def _module_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise InvalidArgument("name", repr(name), "small letters, digits and _, a letter first, as in two_moons")
    return name


def _free(folder: Path) -> Path:
    if folder.exists():
        raise InvalidArgument("name", repr(folder.name), f"another one: there is {folder}")
    return folder


def _written(texts: dict[Path, str]) -> list[Path]:
    for path, text in texts.items():
        with atomic_write(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    return list(texts)
