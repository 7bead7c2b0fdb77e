"""Pictures on disk: the whole file or none of it."""

from pathlib import Path

from matplotlib.figure import Figure

from common.errors import InvalidArgument
from common.files import atomic_write
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
    if target.suffix.lower() != ".png":
        raise InvalidArgument("path", target, "a name that ends in .png")
    content = png(figure)
    with atomic_write(target) as temporary:
        temporary.write_bytes(content)
