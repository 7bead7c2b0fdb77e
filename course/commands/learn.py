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
    allow_root: Annotated[bool, typer.Option("--allow-root", help="Run as root, as is usual in a container.")] = False,
) -> None:
    """Copy the notebooks to my_notebooks, and open one in JupyterLab; what you changed is never overwritten."""
    from course.lab.learning import open_notebooks

    open_notebooks(arguments or [], browser=browser, port=port, allow_root=allow_root)
