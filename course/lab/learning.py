"""What `vae learn` does: copy the notebooks, say what became of the copies, and open one."""

from collections.abc import Sequence
from pathlib import Path

from course.console import say
from course.invocation import near
from course.lab import copies, server
from course.lab.copies import Copied


def open_notebooks(arguments: Sequence[str], *, browser: bool, port: int, allow_root: bool) -> None:
    """Copy the notebooks and run JupyterLab on one; ``arguments`` are its number, if any, and JupyterLab's own options.

    Raises
    ------
    InvalidArgument
        If there is no notebook of this number.
    OperationFailed
        If a copy cannot be written, or the superuser did not say that it may be.
    """
    number, options = _notebook_and_options(arguments)
    options += ["--allow-root"] if allow_root else []
    server.require_no_root(options, number)
    opens = browser and server.has_browser()
    _say_what_was_copied(copies.copy_notebooks(), copies.COPIES)
    notebook = copies.copy_of(number, copies.COPIES)

    def announce(address: str) -> None:
        say("JupyterLab opens in your browser. If it does not, click here:" if opens else "JupyterLab is here:")
        say(f"  {address}")
        say("Stop it with Ctrl-C in this window.")

    server.open_lab(server.merged(server.lab_options(notebook, browser=opens, port=port), options), announce)


def _say_what_was_copied(copied: Copied, folder: Path) -> None:
    def numbers(names: list[str]) -> str:
        return ", ".join(name.split("_")[0] for name in names)

    if copied.new:
        say(f"Copied {len(copied.new)} notebooks to {near(folder)}/")
    if copied.renewed:
        say(f"Renewed, since you had not changed them: {numbers(copied.renewed)}")
    if copied.own:
        say(f"Yours, left as they are: {numbers(copied.own)}")
        say("To begin one anew, give yours another name and run vae learn again.")


def _notebook_and_options(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Return the number of the notebook, the first unless given, and what is left for JupyterLab."""
    if arguments and not arguments[0].startswith("-"):
        return arguments[0], list(arguments[1:])
    return server.FIRST, list(arguments)
