"""The text files of binarized MNIST: one image a line, 784 characters 0 or 1 with single spaces between."""

from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from common.data.damaged import damaged

PIXELS = 784
_LINE = 2 * PIXELS


def read_amat(path: Path) -> UInt8[np.ndarray, "n 784"]:
    """Return the zeros and ones of an .amat file.

    Raises
    ------
    OperationFailed
        If the last line is cut off, or a character is not what it should be.
    """
    characters = np.frombuffer(path.read_bytes(), np.uint8)
    if characters.size == 0 or characters.size % _LINE != 0:
        raise damaged(path, f"{characters.size} bytes are not a whole number of lines of {_LINE} bytes")
    lines = characters.reshape(-1, _LINE)
    separators = lines[:, 1::2]
    if (separators[:, :-1] != ord(" ")).any() or (separators[:, -1] != ord("\n")).any():
        raise damaged(path, f"its lines are not {PIXELS} numbers with single spaces between")
    pixels = lines[:, ::2] - ord("0")
    if (pixels > 1).any():
        raise damaged(path, "it holds something other than 0 and 1")
    return pixels
