"""What `vae explore` does: write the page beside the run, and open it."""

import webbrowser
from pathlib import Path

from course.console import say, unbroken
from course.explorer.page import page, shipped_page, write_page
from course.invocation import near
from course.running.trained import open_checkpoint

NAME = "explorer.html"


def explore(run: Path | None, *, browser: bool) -> None:
    """Write the page of a run beside it, or that of the course's own models here; open it if there is a browser.

    Raises
    ------
    InvalidArgument
        If the data set of the run does not fit it.
    OperationFailed
        If there is no such run, it is damaged or diverged, its data cannot be had, or the page cannot be written.
    """
    path = Path(NAME) if run is None else (run if run.is_dir() else run.parent) / NAME
    content = shipped_page() if run is None else page({"run": open_checkpoint(run, "numpy")})
    write_page(path, content)
    say(f"{unbroken(near(path))}, {path.stat().st_size / 2**20:.1f} MiB: open it in any browser, or send it to anyone.")
    if browser:
        webbrowser.open(path.resolve().as_uri())
