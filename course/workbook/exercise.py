"""An exercise and its manifest, ``exercises/NN_slug/exercise.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from common.errors import InvalidArgument, OperationFailed

FOLDER = Path(__file__).parents[2] / "exercises"
CUTS = ("body", "value", "pullback", "bug")
HINTS = 3
PARTS = ("core", "variants", "applications")
"""The core is the VAE itself; the other two are for those who want more."""


@dataclass(frozen=True)
class Target:
    """A function of the course (``module:name``), and which part of it the learner writes.

    ``body``: all of it. ``value``: the value alone of a function that returns value and pullback. ``pullback``: the
    nested function `pullback`. ``bug``: nothing is cut; the starter carries the misconception named by `Exercise.bug`.
    """

    module: str
    name: str
    cut: str


@dataclass(frozen=True)
class Exercise:
    """What ``exercise.toml`` says. ``cases`` is the number of cases that a seed must give.

    ``part`` is one of `PARTS`; ``serves`` holds the items of the learning checklist that the exercise works on.
    """

    folder: Path
    title: str
    minutes: int
    difficulty: int
    prerequisites: tuple[str, ...]
    targets: tuple[Target, ...]
    hints: tuple[str, ...]
    cases: int
    notebook: str
    section: str
    part: str
    serves: tuple[str, ...] = ()
    torch: bool = False
    bug: str | None = None
    picture: str | None = None

    @property
    def slug(self) -> str:
        """``NN_name``, the name of the folder."""
        return self.folder.name

    @property
    def number(self) -> str:
        """The two digits in front."""
        return self.slug.split("_")[0]


@cache
def exercises(folder: Path = FOLDER) -> tuple[Exercise, ...]:
    """Return all exercises in their order.

    Raises
    ------
    OperationFailed
        If the folder of the exercises is not there, or a manifest is wrong.
    """
    paths = sorted(folder.glob("[0-9][0-9]_*/exercise.toml"))
    if not paths:
        raise OperationFailed(f"no exercises in {folder}.", "Install the course from its clone: pip install -e .")
    return tuple(map(read_manifest, paths))


def find(name: str, folder: Path = FOLDER) -> Exercise:
    """Return the exercise of a number ("02", "2"), a folder name, or a part of it that only one has.

    Raises
    ------
    InvalidArgument
        If no exercise answers to the name, or several do.
    """
    all_of_them = exercises(folder)
    exact = [one for one in all_of_them if name in (one.slug, one.number) or one.slug == f"{one.number}_{name}"]
    found = exact or [one for one in all_of_them if name.isdigit() and int(one.number) == int(name)]
    found = found or [one for one in all_of_them if not name.isdigit() and name and name in one.slug]
    if len(found) != 1:
        choice = ", ".join(one.slug for one in found or all_of_them)
        raise InvalidArgument("exercise", repr(name), f"one of {choice}")
    return found[0]


def read_manifest(path: Path) -> Exercise:
    """Read a manifest.

    Raises
    ------
    OperationFailed
        If it is not TOML, or an entry is missing, unknown or of another kind.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        targets = tuple(_target(entry) for entry in entries.pop("targets"))
        lists = {name: tuple(entries.pop(name)) for name in ("prerequisites", "hints")}
        served = tuple(entries.pop("serves", ()))
        exercise = Exercise(path.parent, targets=targets, serves=served, **lists, **entries)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise OperationFailed(f"{path} is no manifest of an exercise: {error}.") from error
    if len(exercise.hints) != HINTS or not all(hint.strip() for hint in exercise.hints):
        raise OperationFailed(f"{path} needs {HINTS} hints, none of them empty.")
    if exercise.part not in PARTS:
        raise OperationFailed(f"{path}: part is {exercise.part!r}; it must be one of {', '.join(PARTS)}.")
    return exercise


def _target(entry: dict[str, Any]) -> Target:
    module, name = entry["function"].split(":")
    if entry["cut"] not in CUTS:
        raise ValueError(f"cut {entry['cut']!r} is none of {', '.join(CUTS)}")
    return Target(module, name, entry["cut"])
