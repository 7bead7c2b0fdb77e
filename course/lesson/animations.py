"""Animations of a notebook, as PNG: they move without a kernel, in every browser, or show their first frame."""

import io
from collections.abc import Iterable

import matplotlib as mpl
import numpy as np
from jaxtyping import Real, UInt8
from matplotlib.figure import Figure
from PIL import Image as Pillow

from common.plots.animated import moving_png
from common.plots.pixels import colour_images
from common.plots.style import style
from course.lesson.captions import check_words
from course.lesson.figures import close
from course.lesson.showing import show_picture

WHITE = 255
WIDTH_OF_SMALL = 224

Frame = Figure | Real[np.ndarray, "channels height width"]


def animation(frames: Iterable[Frame], *, caption: str, alt: str, seconds: float = 0.2) -> None:
    """Show figures, or images of shape (channels, height, width), one after the other, ``seconds`` each, for ever.

    Raises
    ------
    InvalidArgument
        If there are fewer than two frames, or no caption, or no text for readers who do not see them.
    """
    check_words(caption, alt)
    show_picture(moving_png([_pixels(frame) for frame in frames], seconds), caption, alt)


def _pixels(frame: Frame) -> UInt8[np.ndarray, "_ _ 3"]:
    if not isinstance(frame, Figure):
        image = (colour_images("frames", frame[None])[0] * WHITE).round().astype(np.uint8)
        times = max(1, WIDTH_OF_SMALL // image.shape[1])
        return image.repeat(times, axis=0).repeat(times, axis=1)
    buffer = io.BytesIO()
    with style(), mpl.rc_context({"savefig.bbox": None}):  # cut to its content, each frame would have its own size
        frame.savefig(buffer, format="png")
    close(frame)
    return np.asarray(Pillow.open(buffer).convert("RGB"))
