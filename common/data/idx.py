"""The file format of MNIST: a header in big-endian byte order, then the bytes."""

import gzip
from math import prod
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from common.data.damaged import UNPACKED_BYTES, damaged, reading

_UNSIGNED_BYTE = 0x08


def read_idx(path: Path) -> UInt8[np.ndarray, "..."]:
    """Return the array of unsigned bytes in an idx file, gzipped or not.

    Raises
    ------
    OperationFailed
        If the file is cut off, is not an idx file of unsigned bytes, or has not as many
        bytes as its header says.
    """
    content = _unzip(path)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != _UNSIGNED_BYTE:
        raise damaged(path, f"it begins with {content[:4]!r}, not with an idx header for unsigned bytes")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise damaged(path, "its header is cut off")
    shape = tuple(np.frombuffer(content[4:start], ">u4").tolist())
    expected = prod(shape)
    if len(content) - start != expected:
        raise damaged(path, f"it has {len(content) - start} bytes of data where its header says {expected}")
    with reading(path):  # NumPy takes no more than 64 axes
        return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _unzip(path: Path) -> bytes:
    with reading(path), path.open("rb") as file:
        packed = file.peek(2)[:2] == b"\x1f\x8b"
        with gzip.open(file) if packed else file as content:
            found = content.read(UNPACKED_BYTES + 1)
    if len(found) > UNPACKED_BYTES:
        raise damaged(path, f"it unpacks to more than {UNPACKED_BYTES:,} bytes")
    return found
