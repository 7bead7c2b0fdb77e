"""NumPy's archives, read without ever unpickling."""

from pathlib import Path

import numpy as np

from common.data.damaged import UNPACKED_BYTES, damaged, reading

RATIO = 4
"""A larger archive holds pictures of one's own, which are not packed: it unpacks to its own size."""


def read_npz(path: Path, names: tuple[str, ...]) -> tuple[np.ndarray, ...]:
    """Return the arrays of these names.

    Raises
    ------
    OperationFailed
        If the file is no archive, is cut off, lacks a name, or holds objects instead of numbers.
    """
    with reading(path), path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        most = max(UNPACKED_BYTES, RATIO * path.stat().st_size)
        if sum(archive.zip.getinfo(f"{name}.npy").file_size for name in names) > most:
            raise damaged(path, f"it unpacks to more than {most:,} bytes")
        return tuple(archive[name] for name in names)
