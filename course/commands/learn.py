"""`vae learn`: the notebooks, copied for the learner and opened."""

from typing import Annotated

import typer


def learn(
    browser: Annotated[bool, typer.Option(help="Open it in a browser.")] = True,
    options: Annotated[list[str] | None, typer.Argument(help="JupyterLab's own options, after --.")] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The next free one from here on is taken.")] = 8888,
) -> None:
    """Copy the notebooks to my_notebooks, and open the first in JupyterLab; your copies are never overwritten."""
    from course.console import say
    from course.lab.copies import COPIES, copy_notebooks
    from course.lab.server import lab_command, open_lab

    copied = copy_notebooks()
    if copied.new:
        say(f"Copied to {COPIES}: {', '.join(copied.new)}")
    if copied.own:
        say(f"Yours, left as they are: {', '.join(copied.own)}")
        say("To begin one anew, give yours another name and run vae learn again.")
    say("JupyterLab opens in your browser; stop it here with Ctrl-C." if browser else "Stop JupyterLab with Ctrl-C.")
    first = min(COPIES.glob("[0-9][0-9]_*.ipynb"))
    raise typer.Exit(open_lab(lab_command(first, browser=browser, port=port) + (options or [])))
