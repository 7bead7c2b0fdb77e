"""Commands as a person types them: those of this environment, whether or not it is activated, and this very call."""

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    Context = typer.Context
else:
    Context = typer.Context.__base__  # what commands are given: click's, of which typer's is a subclass


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


def typed(context: Context, **changed: object) -> str:
    """Return the command line of this call, options in the order of the help, with some of them given or replaced.

    What was not typed and is not changed stays away; defaults are left to the command.
    """
    words = ["vae", str(context.info_name)]
    for parameter in context.command.params:
        name = str(parameter.name)
        if name in changed:
            words += _words(parameter, changed[name])
        elif getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE":
            words += _words(parameter, context.params[name])
    return " ".join(map(as_word, words))


def as_word(value: object) -> str:
    """Return a value as one word of a command line, in quotes where a shell would see more than one; any shell's."""
    text = str(value)
    return text if re.fullmatch(r"[\w./\\:=,@+~-]+", text) else f'"{text}"'


def _programs() -> Path:
    return near(Path(sys.executable).parent)


def _words(parameter: Any, value: object) -> list[str]:
    return [*([max(parameter.opts, key=len)] if parameter.param_type_name == "option" else []), str(value)]
