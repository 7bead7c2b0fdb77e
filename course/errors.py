"""Errors that a user can mend become one line and an exit code; all others keep their traceback, as bugs."""

import errno
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from common.errors import InvalidArgument, OperationFailed
from common.files import FORBIDDEN
from course.console import note

INTERRUPTED = 130

OF_THE_SYSTEM = {errno.ENOSPC, errno.EDQUOT, errno.ENAMETOOLONG, errno.ELOOP} | FORBIDDEN
"""Refusals that are nobody's bug: files that may not be read or written, names too long, disks that are full."""

ELSEWHERE = {
    "name": "data",
    "image_shape": "data",
    "path": "output",
    "dimensions": "latents",
    "warm-up epochs": "warmup",
    "cyclical warm-up": "cycles",
    "schedule": "beta_points",
    "n": "validation",
}
"""Arguments of functions that the command line calls otherwise; all others bear the name of their option."""

UsageError: Any = typer.BadParameter.__base__  # click's; typer brings a click of its own, or not, with its version


class PoliteGroup(TyperGroup):
    """Commands that answer wrong usage with exit code 2, `OperationFailed` with 1 and Ctrl-C with 130, in one line."""

    def main(self, *arguments: Any, standalone_mode: bool = True, **more: Any) -> Any:
        """Run the command line; what typer would put into a box is said in a line."""
        try:
            code = super().main(*arguments, standalone_mode=False, **more)
        except UsageError as error:
            if not standalone_mode:
                raise
            _refuse(error)
            code = error.exit_code
        if standalone_mode:
            sys.exit(code)
        return code

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except InvalidArgument as error:
            raise _exit(error.renamed(_typed(error.argument, self.commands[ctx.invoked_subcommand])), code=2) from error
        except OperationFailed as error:
            raise _exit(error, code=1) from error
        except OSError as error:
            if error.errno not in OF_THE_SYSTEM:
                raise
            raise _exit(f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}.", code=1) from error
        except KeyboardInterrupt as error:
            raise _exit("interrupted.", INTERRUPTED) from error


def _typed(argument: str, command: Any) -> str:
    """Return what a person typed for an argument: the option of its name, or the word in the usage of the command."""
    parameters = {parameter.name: parameter for parameter in command.params}
    parameter = parameters.get(argument) or parameters.get(ELSEWHERE.get(argument, ""))
    if parameter is None:
        return argument
    if parameter.param_type_name == "option":
        return max(parameter.opts, key=len)
    return parameter.metavar or parameter.name.upper()


def _refuse(error: Any) -> None:
    """Say what is wrong with the words typed; nothing where the help has been printed already."""
    ours = type(error) is typer.BadParameter and error.param is None  # a sentence that names its option
    message = (
        " ".join((error.message if ours else error.format_message()).split()).replace("Value error, ", "").rstrip(".")
    )
    if message:
        command = error.ctx.command_path if error.ctx else "vae"
        note(f"Error: {message}{'' if message.endswith('?') else '.'} See: {command} --help", style="red")


def _exit(message: object, code: int) -> typer.Exit:
    note(f"Error: {message}", style="red")
    return typer.Exit(code)
