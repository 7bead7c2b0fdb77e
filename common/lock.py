"""A lock between processes, which the system takes back when the process that holds it ends, however it ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from common.errors import OperationFailed


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait until nobody else holds the lock that is this file, and hold it during the block; the file stays.

    A file system that knows no locks gives none.

    Raises
    ------
    OperationFailed
        If the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        remedy = "Name a folder that you may write to, or make room there."
        raise OperationFailed(f"cannot write {path}: {error.strerror}.", remedy) from error
    with file:  # closed, it is free
        with suppress(OSError):
            _wait_for(file)
        yield


def _wait_for(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
