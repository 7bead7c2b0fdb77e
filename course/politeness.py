"""Errors that a user can mend become one line and an exit code; all others keep their traceback, as bugs."""

from typing import Any

import typer
from typer.core import TyperGroup

from common.errors import InvalidArgument, OperationFailed
from course.console import note

INTERRUPTED = 130


class PoliteGroup(TyperGroup):
    """Commands that answer `InvalidArgument` with exit code 2, `OperationFailed` with 1 and Ctrl-C with 130."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except InvalidArgument as error:
            raise _exit(error, code=2) from error
        except OperationFailed as error:
            raise _exit(error, code=1) from error
        except KeyboardInterrupt as error:
            raise _exit("interrupted.", INTERRUPTED) from error


def _exit(message: object, code: int) -> typer.Exit:
    note(f"Error: {message}", style="red")
    return typer.Exit(code)
