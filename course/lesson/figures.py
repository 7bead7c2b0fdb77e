"""Pictures of a notebook."""

import io
import sys

from matplotlib.figure import Figure
from PIL import Image as Pillow

from common.plots.style import png
from course.lesson.captions import check_words
from course.lesson.showing import show_picture

COLOURS = 256
"""Enough for the eye, and less than half the bytes: a notebook is kept in the repository."""


def figure(fig: Figure, *, caption: str, alt: str) -> None:
    """Show a figure with a numbered caption, and a text for readers who do not see it; close it.

    Raises
    ------
    InvalidArgument
        If there is no caption, or no text of its own.
    """
    check_words(caption, alt)
    show_picture(encoded(fig), caption, alt)


def encoded(fig: Figure) -> bytes:
    """Return a figure as PNG, and close it, so that pyplot does not show it a second time."""
    content = png(fig)
    close(fig)
    return compact(Pillow.open(io.BytesIO(content)))


def compact(picture: Pillow.Image) -> bytes:
    """Return a picture as PNG in few colours."""
    buffer = io.BytesIO()
    few = picture.convert("RGB").quantize(COLOURS, dither=Pillow.Dither.NONE)
    few.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def close(fig: Figure) -> None:
    """Let pyplot forget a figure; where pyplot was never imported there is nothing to forget."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(fig)
