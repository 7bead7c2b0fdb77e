"""Which files are the course's own, and not left there by an editor, by JupyterLab or by a learner."""

import os
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]


def tracked(folder: Path, pattern: str = "*") -> list[Path]:
    """Return the files below a folder whose names match, in order.

    In a clone these are the files that git tracks; elsewhere, all but those whose names ``.gitignore`` gives.
    """
    found = _known_to_git(folder) or _not_ignored(folder)
    return sorted(path for path in found if fnmatch(path.name, pattern))


def _known_to_git(folder: Path) -> list[Path]:
    """Return what git tracks and is there; nothing where there is no git, or no repository."""
    try:
        command = ["git", "-C", str(folder), "ls-files", "-z"]
        names = subprocess.run(command, capture_output=True, check=True).stdout.split(b"\0")
    except (OSError, subprocess.CalledProcessError):
        return []
    return [path for path in (folder / os.fsdecode(name) for name in names if name) if path.is_file()]


def _not_ignored(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [name for name in folders if not _is_ignored(here, name)]
        yield from (here / name for name in files if not _is_ignored(here, name))


def _is_ignored(folder: Path, name: str) -> bool:
    return name == ".git" or any(fnmatch(name, pattern) for pattern in _ignored_names(in_root=folder == ROOT))


@cache
def _ignored_names(*, in_root: bool) -> tuple[str, ...]:
    """Return the patterns of ``.gitignore``; one that begins with a slash holds for the root of the course alone."""
    file = ROOT / ".gitignore"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    patterns = [line for line in lines if line and not line.startswith("#") and (in_root or not line.startswith("/"))]
    return tuple(pattern.strip("/").removeprefix("\\") for pattern in patterns)
