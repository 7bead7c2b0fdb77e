"""The file format of MNIST: a header in big-endian byte order, then the bytes."""

import gzip
import zlib
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from common.errors import OperationFailed

_UNSIGNED_BYTE = 0x08


def read_idx(path: Path) -> UInt8[np.ndarray, "..."]:
    """Return the array of unsigned bytes in a gzipped idx file.

    Raises
    ------
    OperationFailed
        If the file is no gzip file, is cut off, is not an idx file of unsigned bytes, or has not as many
        bytes as its header says.
    """
    content = _unzip(path)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != _UNSIGNED_BYTE:
        raise _damaged(path, f"it begins with {content[:4]!r}, not with an idx header for unsigned bytes")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise _damaged(path, "its header is cut off")
    shape = tuple(np.frombuffer(content[4:start], ">u4").tolist())
    expected = int(np.prod(shape))
    if len(content) - start != expected:
        raise _damaged(path, f"it has {len(content) - start} bytes of data where its header says {expected}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _unzip(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, f"it cannot be unpacked ({error})") from error


def _damaged(path: Path, why: str) -> OperationFailed:
    return OperationFailed(f"{path} is damaged: {why}.", "Delete it and load the data set again.")
