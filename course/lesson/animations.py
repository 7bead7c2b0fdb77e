"""Animations of a notebook, as GIF: they move wherever the notebook is read, without a kernel."""

import io
from collections.abc import Iterable

import matplotlib as mpl
import numpy as np
from jaxtyping import Real, UInt8
from matplotlib.figure import Figure
from PIL import Image as Pillow

from common.errors import InvalidArgument
from common.plots.pixels import colour_images
from common.plots.style import style
from course.lesson.captions import check_words
from course.lesson.figures import close
from course.lesson.showing import Image, figure_element, show_picture

COLOURS = 64
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
    content = gif([_pixels(frame) for frame in frames], seconds)
    show_picture({"text/html": figure_element(Image(content, alt, "gif").html, caption)}, caption)


def gif(frames: list[UInt8[np.ndarray, "_ _ 3"]], seconds: float) -> bytes:
    """Return frames as a GIF that repeats; smaller frames stand at the top left on white.

    Raises
    ------
    InvalidArgument
        If there are fewer than two frames.
    """
    if len(frames) < 2:
        raise InvalidArgument("frames", f"{len(frames)} of them", "at least two")
    height, width = (max(frame.shape[axis] for frame in frames) for axis in (0, 1))
    images = [_padded(frame, height, width) for frame in frames]
    # One palette for all, from all of them, so that colours do not flicker.
    palette = Pillow.fromarray(np.concatenate(images)).quantize(COLOURS, dither=Pillow.Dither.NONE)
    first, *rest = (Pillow.fromarray(each).quantize(palette=palette, dither=Pillow.Dither.NONE) for each in images)
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=rest, duration=round(1000 * seconds), loop=0, optimize=False)
    return buffer.getvalue()


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


def _padded(frame: UInt8[np.ndarray, "_ _ 3"], height: int, width: int) -> UInt8[np.ndarray, "{height} {width} 3"]:
    missing = ((0, height - frame.shape[0]), (0, width - frame.shape[1]), (0, 0))
    return np.pad(frame, missing, constant_values=WHITE)
