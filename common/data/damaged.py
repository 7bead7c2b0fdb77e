"""What is said of a data file that cannot be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.errors import OperationFailed, in_a_line

UNPACKED_BYTES = 2**28
"""So much the files of the data sets unpack to at most; what says more is damaged, or made to fill the memory."""


def damaged(path: Path, why: str) -> OperationFailed:
    """Return the error that names a file, what is wrong with it, and the way out."""
    return OperationFailed(f"{path} is damaged: {why}.", "Delete it and load the data set again.")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a library raises at a damaged file into one sentence; none of them says all that it may raise.

    Raises
    ------
    OperationFailed
        If anything is raised in the block; one that is raised there itself is left as it is.
    """
    try:
        yield
    except (OperationFailed, PermissionError):
        raise
    except Exception as error:
        raise damaged(path, f"it cannot be read ({in_a_line(error)})") from error
