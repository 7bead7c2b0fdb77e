"""The Python files of an exercise: its cases, its misconceptions, its alternatives."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from course.diagnosis.attempt import Case
from course.workbook.exercise import Exercise


@dataclass(frozen=True)
class Content:
    """What ``exercise.py`` offers: the inputs, and what is compared."""

    cases: Callable[[np.random.Generator], Iterator[Case]]
    run: Callable[[Any, Case], dict[str, Any]]


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that people really give: edits of the solution's text, each of which applies exactly once.

    ``sentence`` explains it to the learner; ``section`` names the part of the exercise's notebook to read again,
    where it is not that of the exercise.
    """

    name: str
    edits: tuple[tuple[str, str], ...]
    sentence: str
    section: str = ""

    def applied_to(self, source: str) -> str:
        """Return the wrong answer's source.

        Raises
        ------
        LookupError
            If an edit does not apply exactly once.
        """
        for old, new in self.edits:
            if source.count(old) != 1:
                raise LookupError(f"{self.name}: {old!r} stands {source.count(old)} times in the solution, not once")
            source = source.replace(old, new)
        return source


def content(exercise: Exercise) -> Content:
    """Return the cases of an exercise and how they are run."""
    module = _load(exercise.folder / "exercise.py")
    return Content(module.cases, module.run)


def misconceptions(exercise: Exercise) -> tuple[Misconception, ...]:
    """Return the wrong answers that the checker knows by name."""
    return tuple(_load(exercise.folder / "misconceptions.py").MISCONCEPTIONS)


def alternatives(exercise: Exercise) -> dict[str, type]:
    """Return right answers in other styles: every public class of ``alternatives.py``, functions as static methods.

    A function that a class leaves out is the course's own.
    """
    return _classes(_load(exercise.folder / "alternatives.py"))


def unseen(exercise: Exercise) -> dict[str, type]:
    """Return wrong answers by people who had not read the misconceptions: the public classes of ``unseen.py``."""
    path = exercise.folder / "unseen.py"
    return _classes(_load(path)) if path.is_file() else {}


def _classes(module: ModuleType) -> dict[str, type]:
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__ and not name.startswith("_")
    }


def _load(path: Path) -> ModuleType:
    name = f"exercise_{path.parent.name}_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
