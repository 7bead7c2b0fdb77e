"""Pictures of a notebook."""

import io
import sys

from matplotlib.figure import Figure
from PIL import Image as Pillow

from common.plots.style import png
from course.lesson.captions import check_words
from course.lesson.showing import Image, figure_element, show_picture

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
    show_picture({"text/html": figure_element(Image(encoded(fig), alt).html, caption)}, caption)


def encoded(fig: Figure) -> bytes:
    """Return a figure as PNG, and close it, so that pyplot does not show it a second time."""
    content = png(fig)
    close(fig)
    buffer = io.BytesIO()
    picture = Pillow.open(io.BytesIO(content)).convert("RGB")
    picture.quantize(COLOURS, dither=Pillow.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def close(fig: Figure) -> None:
    """Let pyplot forget a figure; where pyplot was never imported there is nothing to forget."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(fig)
