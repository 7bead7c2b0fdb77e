"""NumPy's archives, read without ever unpickling."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from common.errors import OperationFailed

_NOT_SUCH_AN_ARCHIVE = (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error)


def read_npz(path: Path, names: tuple[str, ...]) -> tuple[np.ndarray, ...]:
    """Return the arrays of these names.

    Raises
    ------
    OperationFailed
        If the file is no archive, is cut off, lacks a name, or holds objects instead of numbers.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return tuple(archive[name] for name in names)
    except _NOT_SUCH_AN_ARCHIVE as error:
        what = f"{path} is not an archive with the arrays {', '.join(names)} ({error})."
        raise OperationFailed(what, "Delete it and load the data set again.") from error
