"""How a person can call the programs of this environment, whether or not it is activated."""

import os
import shutil
import sys
from pathlib import Path

from course.typed import as_word


def is_activated(program: str = "vae") -> bool:
    """Whether the shell finds this environment's own program by its name alone."""
    found = shutil.which(program)
    return found is not None and Path(found).parent.resolve() == _programs().resolve()


def reachable(program: str = "vae") -> str:
    """Return the name of a program, with its folder in front where the shell would not find it."""
    return program if is_activated(program) else as_word(_programs() / program)


def is_root() -> bool:
    """Whether the superuser calls, as is usual in a container."""
    return getattr(os, "geteuid", lambda: 1)() == 0


def learn_command(number: str = "") -> str:
    """Return the command that opens a notebook, the first unless another is named, as this user must type it."""
    return " ".join(["vae learn", *([number] if number else []), *(["--allow-root"] if is_root() else [])])


def activation() -> str:
    """Return the line that makes the programs of this environment known to the shell; none where there is no script."""
    script = _programs() / "activate"
    if not script.exists():
        return ""
    return as_word(script) if sys.platform == "win32" else f"source {as_word(script)}"


def near(path: Path) -> Path:
    """Return a path as short as it can be written from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _programs() -> Path:
    return near(Path(sys.executable).parent)
