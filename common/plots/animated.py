"""Moving pictures: frames as one file, GIF or PNG, which moves wherever it is shown."""

import io
from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from common.errors import InvalidArgument

COLOURS = 64
WHITE = 255


def gif(frames: Sequence[UInt8[np.ndarray, "_ _ 3"]], seconds: float) -> bytes:
    """Return frames, ``seconds`` each, as a GIF that repeats; smaller frames stand at the top left on white.

    Raises
    ------
    InvalidArgument
        If there are fewer than two frames.
    """
    return _saved(frames, seconds, "GIF")


def moving_png(frames: Sequence[UInt8[np.ndarray, "_ _ 3"]], seconds: float) -> bytes:
    """Return the same as a PNG: viewers that know nothing of motion show its first frame.

    Raises
    ------
    InvalidArgument
        If there are fewer than two frames.
    """
    return _saved(frames, seconds, "PNG")


def _saved(frames: Sequence[UInt8[np.ndarray, "_ _ 3"]], seconds: float, kind: str) -> bytes:
    if len(frames) < 2:
        raise InvalidArgument("frames", f"{len(frames)} of them", "at least two")
    height, width = (max(frame.shape[axis] for frame in frames) for axis in (0, 1))
    images = [_padded(frame, height, width) for frame in frames]
    # One palette for all, from all of them, so that colours do not flicker, and white stays white.
    montage = Image.fromarray(np.concatenate(images))
    palette = montage.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    first, *rest = (Image.fromarray(each).quantize(palette=palette, dither=Image.Dither.NONE) for each in images)
    buffer = io.BytesIO()
    first.save(buffer, kind, save_all=True, append_images=rest, duration=round(1000 * seconds), loop=0, optimize=False)
    return buffer.getvalue()


def _padded(frame: UInt8[np.ndarray, "_ _ 3"], height: int, width: int) -> UInt8[np.ndarray, "{height} {width} 3"]:
    missing = ((0, height - frame.shape[0]), (0, width - frame.shape[1]), (0, 0))
    return np.pad(frame, missing, constant_values=WHITE)
