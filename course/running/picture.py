"""Putting a picture where the user wants it."""

from pathlib import Path

from matplotlib.figure import Figure

from common import plots
from course.console import say, unbroken


def write_picture(figure: Figure, path: Path) -> None:
    """Write a picture, making its folder where needed, and say where it is.

    Raises
    ------
    InvalidArgument
        If the name does not end in .png.
    OperationFailed
        If it cannot be written.
    """
    plots.save(figure, path)
    say(f"Wrote {unbroken(path)}")
