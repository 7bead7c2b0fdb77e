"""A command as it was typed, to be copied with something changed."""

import re
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    Context = typer.Context
else:
    Context = typer.Context.__base__  # what commands are given: click's, of which typer's is a subclass


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


def _words(parameter: Any, value: object) -> list[str]:
    return [*([max(parameter.opts, key=len)] if parameter.param_type_name == "option" else []), str(value)]
