"""Pictures on disk: the whole file or none of it."""

import contextlib
import os
import secrets
from pathlib import Path

from matplotlib.figure import Figure

from common.errors import InvalidArgument, OperationFailed
from common.plots.style import png


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure as PNG; whoever looks at `path` sees the earlier file or the complete new one.

    Raises
    ------
    InvalidArgument
        When the name does not end in .png.
    OperationFailed
        When the folder is missing or not writable, or the disk is full; an earlier file is left as it was.
    """
    target = Path(path)
    if target.suffix.lower() != ".png":
        raise InvalidArgument("path", target, "a name that ends in .png")
    content = png(figure)
    # In the same folder, because a file is replaced in one step only within one file system.
    partial = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        _write_to_disk(partial, content)
        partial.replace(target)
    except OSError as error:
        remedy = "Check that its folder exists, may be written to, and has space left."
        raise OperationFailed(f"Could not write {target}: {error.strerror}.", remedy) from error
    finally:
        _remove(partial)


def _write_to_disk(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    """Remove a file if it is there, without hiding the error that left it."""
    with contextlib.suppress(OSError):
        path.unlink()
