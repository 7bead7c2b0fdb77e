"""`vae learn`: the notebooks, copied for the learner and opened."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from course.lab.copies import Copied


def learn(
    browser: Annotated[bool, typer.Option(help="Open it in a browser.")] = True,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NOTEBOOK -- OPTIONS", help="Which one to open, 00 to 12, and JupyterLab's own options."
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The next free one from here on is taken.")] = 8888,
    allow_root: Annotated[bool, typer.Option("--allow-root", help="Run as root, as is usual in a container.")] = False,
) -> None:
    """Copy the notebooks to my_notebooks, and open one in JupyterLab; what you changed is never overwritten."""
    from course.console import say
    from course.lab.copies import COPIES, copy_notebooks, copy_of
    from course.lab.server import has_browser, lab_options, open_lab, require_no_root

    number, options = _notebook_and_options(arguments or [])
    options += ["--allow-root"] if allow_root else []
    require_no_root(options, number)
    opens = browser and has_browser()
    _say_what_was_copied(copy_notebooks(), COPIES)
    notebook = copy_of(number, COPIES)

    def announce(address: str) -> None:
        say("JupyterLab opens in your browser. If it does not, click here:" if opens else "JupyterLab is here:")
        say(f"  {address}")
        say("Stop it with Ctrl-C in this window.")

    open_lab([*lab_options(notebook, browser=opens, port=port), *options], announce)


def _say_what_was_copied(copied: "Copied", folder: Path) -> None:
    from course.console import say
    from course.invocation import near

    def numbers(names: list[str]) -> str:
        return ", ".join(name.split("_")[0] for name in names)

    if copied.new:
        say(f"Copied {len(copied.new)} notebooks to {near(folder)}/")
    if copied.renewed:
        say(f"Renewed, since you had not changed them: {numbers(copied.renewed)}")
    if copied.own:
        say(f"Yours, left as they are: {numbers(copied.own)}")
        say("To begin one anew, give yours another name and run vae learn again.")


def _notebook_and_options(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the number of the notebook, the first unless given, and what is left for JupyterLab."""
    from course.lab.server import FIRST

    if arguments and not arguments[0].startswith("-"):
        return arguments[0], arguments[1:]
    return FIRST, arguments
