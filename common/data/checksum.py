"""A checksum that identifies the data of a result."""

import hashlib
from collections.abc import Mapping

import numpy as np


def content_checksum(arrays: Mapping[str, np.ndarray]) -> str:
    """Return the SHA-256 (hexadecimal) of the arrays' names, types, shapes and values.

    It depends on the content alone, not on the file format or the byte order of the machine.
    """
    digest = hashlib.sha256()
    for name, array in arrays.items():
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(f"{name} {array.dtype.name} {array.shape}\n".encode())
        digest.update(little.data)
    return digest.hexdigest()
