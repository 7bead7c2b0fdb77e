"""An exercise and its manifest, ``exercises/NN_slug/exercise.toml``."""

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
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
        return number_of(self.slug)

    @property
    def use(self) -> str:
        """What it is used for, in one paragraph: the first one of that section of its page."""
        page = (self.folder / "README.md").read_text(encoding="utf-8")
        found = re.search(r"^## What it is used for\s+(.+?)\s*(?:\n\n|\Z)", page, re.DOTALL | re.MULTILINE)
        return " ".join(found[1].split()) if found else ""


@cache
def slugs(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the names of all exercises, ``NN_name``, in their order.

    Raises
    ------
    OperationFailed
        If the folder of the exercises is not there.
    """
    paths = sorted(folder.glob("[0-9][0-9]_*/exercise.toml"))
    if not paths:
        raise OperationFailed(f"no exercises in {folder}.", "Install the course from its clone: pip install -e .")
    return tuple(path.parent.name for path in paths)


@cache
def exercise_of(slug: str, folder: Path = FOLDER) -> Exercise:
    """Return the exercise of this name; its manifest is read once.

    Raises
    ------
    OperationFailed
        If the manifest is wrong.
    """
    return read_manifest(folder / slug / "exercise.toml")


def exercises(folder: Path = FOLDER) -> tuple[Exercise, ...]:
    """Return all exercises in their order.

    Raises
    ------
    OperationFailed
        If the folder of the exercises is not there, or a manifest is wrong.
    """
    return tuple(exercise_of(slug, folder) for slug in slugs(folder))


def number_of(slug: str) -> str:
    """Return the two digits in front of the name of an exercise."""
    return slug.split("_")[0]


def find(name: str, folder: Path = FOLDER) -> Exercise:
    """Return the exercise that a name means: "02", "2", "gaussian_kl", or a word or part that only one has.

    The name of its file or of its folder does as well, with a path before it: "my_solutions/02_gaussian_kl.py".

    Raises
    ------
    InvalidArgument
        If no exercise answers to the name, or several do.
    """
    every = slugs(folder)
    found = _answering_to(name, every)
    if len(found) > 1:
        raise InvalidArgument("exercise", repr(name), f"one of {', '.join(found)}")
    if not found:
        likely = similar(name, every)
        remedy = f"Did you mean {likely}?" if likely else "All of them, with their numbers: vae progress"
        expected = f"a number from {number_of(every[0])} to {number_of(every[-1])}, a name or a file"
        raise InvalidArgument("exercise", repr(name), expected, remedy)
    return exercise_of(found[0], folder)


def similar(name: str, every: tuple[str, ...]) -> str | None:
    """Return which of the exercises was probably meant by a name with a slip in it, or by the file of a wrong name."""
    *_, last = _parts(name)
    by_number = [slug for slug in every if re.match(rf"{number_of(slug)}(?!\d)", last)]
    words = {slug: slug for slug in every} | {slug.split("_", 1)[1]: slug for slug in every}
    close = get_close_matches(last.removesuffix(".py"), words, n=1, cutoff=0.65)
    return by_number[0] if by_number else words[close[0]] if close else None


def _answering_to(name: str, every: tuple[str, ...]) -> list[str]:
    *folders, last = _parts(name)
    if folders or last.endswith(".py"):  # a file belongs to an exercise by its whole name, or by its folder
        names = {last.removesuffix(".py"), *folders[-1:]}
        return [slug for slug in every if slug in names]
    exact = [slug for slug in every if last in (slug, number_of(slug)) or slug == f"{number_of(slug)}_{last}"]
    if last.isdecimal():
        return exact or [slug for slug in every if int(number_of(slug)) == int(last)]
    words = [slug for slug in every if f"_{last}_" in f"{slug}_"]
    return exact or words or [slug for slug in every if last and last in slug]


def _parts(name: str) -> list[str]:
    """Return the folders and the name of a path, of any system, in small letters."""
    return name.strip().replace("\\", "/").rstrip("/").casefold().split("/")


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
    if unknown := entry.keys() - {"function", "cut"}:
        raise ValueError(f"a target has no {', '.join(sorted(unknown))}")
    module, name = entry["function"].split(":")
    if entry["cut"] not in CUTS:
        raise ValueError(f"cut {entry['cut']!r} is none of {', '.join(CUTS)}")
    return Target(module, name, entry["cut"])
