"""Trainings that take minutes, each a package with ``make``: its arrays come with the course (`course.lesson.kept`).

``python -m course.authoring ship NAME`` makes the arrays of a study again.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent


def studies() -> list[str]:
    """Return the names of all studies."""
    return sorted(path.parent.name for path in FOLDER.glob("*/__init__.py"))


def study(name: str) -> Callable[[], dict[str, np.ndarray]]:
    """Return what makes the arrays of a study."""
    return import_module(f"{__name__}.{name}").make
