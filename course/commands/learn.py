"""`vae learn`: the notebooks, copied for the learner and opened."""

from typing import Annotated

import typer


def learn(
    browser: Annotated[bool, typer.Option(help="Open it in a browser.")] = True,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NOTEBOOK -- OPTIONS", help="Which one to open, 00 to 12, and JupyterLab's own options."
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The next free one from here on is taken.")] = 8888,
) -> None:
    """Copy the notebooks to my_notebooks, and open one in JupyterLab; your copies are never overwritten."""
    from course.console import say
    from course.lab.copies import COPIES, copy_notebooks, copy_of
    from course.lab.server import lab_command, open_lab

    number, options = _notebook_and_options(arguments or [])
    copied = copy_notebooks()
    if copied.new:
        say(f"Copied to {COPIES}: {', '.join(copied.new)}")
    if copied.own:
        say(f"Yours, left as they are: {', '.join(copied.own)}")
        say("To begin one anew, give yours another name and run vae learn again.")
    notebook = copy_of(number, COPIES)
    say("JupyterLab opens in your browser; stop it here with Ctrl-C." if browser else "Stop JupyterLab with Ctrl-C.")
    raise typer.Exit(open_lab(lab_command(notebook, browser=browser, port=port) + options))


def _notebook_and_options(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the number of the notebook, the first unless given, and what is left for JupyterLab."""
    if arguments and not arguments[0].startswith("-"):
        return arguments[0], arguments[1:]
    return "00", arguments
