"""Pictures on disk: the whole file or none of it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure

from common.errors import InvalidArgument
from common.files import atomic_write
from common.plots.animated import gif
from common.plots.style import png


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure as PNG; whoever looks at `path` sees the earlier file or the complete new one.

    Raises
    ------
    InvalidArgument
        When the name does not end in .png.
    OperationFailed
        When the folder is not writable, or the disk is full; an earlier file is left as it was.
    """
    target = Path(path)
    require_png(target)
    content = png(figure)
    with atomic_write(target) as temporary:
        temporary.write_bytes(content)


def require_png(path: Path) -> None:
    """Raise `InvalidArgument` where a picture could not be written for its name alone."""
    if path.suffix.lower() != ".png":
        raise InvalidArgument("path", path, "a name that ends in .png")


def save_animation(
    frames: Sequence[UInt8[np.ndarray, "height width 3"]], path: str | Path, seconds: float = 0.08
) -> None:
    """Write frames as an endless GIF, each shown for ``seconds``; all or nothing, as `save` does.

    Raises
    ------
    InvalidArgument
        When there are fewer than two frames, or the name does not end in .gif.
    OperationFailed
        When the folder is not writable, or the disk is full; an earlier file is left as it was.
    """
    target = Path(path)
    if target.suffix.lower() != ".gif":
        raise InvalidArgument("path", target, "a name that ends in .gif")
    content = gif(frames, seconds)
    with atomic_write(target) as temporary:
        temporary.write_bytes(content)
