"""Atomic writes: a file is replaced whole, or not at all."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from common.errors import OperationFailed

FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
"""The system lets nobody, or not this user, write there; room does not help."""


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; what is written there replaces ``path`` when the block ends well.

    The old file stays as it was until then, and for good when anything goes wrong.

    Raises
    ------
    OperationFailed
        If the folder or the file cannot be written (permissions, a read-only or a full disk).
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{uuid4().hex}.partial")
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OperationFailed(f"cannot write {path}: {error.strerror or error}.", _remedy(error)) from error
    finally:
        if temporary is not None:
            _remove(temporary)


@contextmanager
def held(folder: Path, patience: float = 0.0) -> Iterator[None]:
    """Keep other processes from writing to a folder until the block ends, or this process does, however that ends.

    What killed processes left half-written there is removed. ``patience`` is how many seconds to wait for another
    process, -1 for ever.

    Raises
    ------
    OperationFailed
        If another process is writing there, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout  # here, since most who read files write none

    lock = FileLock(folder / ".lock", timeout=patience)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise OperationFailed(
            f"another process is writing to {folder}.", "Let it end, or name another folder."
        ) from error
    except OSError as error:
        raise OperationFailed(f"cannot write {folder}: {error.strerror or error}.", _remedy(error)) from error
    try:
        for path in folder.glob(".*.partial"):
            _remove(path)
        yield
    finally:
        lock.release()


def require_file(path: Path) -> None:
    """Raise `OSError`, as opening it would, unless this is a file that may be read: a pipe, for one, never ends."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    path.open("rb").close()


def write_json(path: Path, document: Any) -> None:
    """Write a document as readable JSON, all or nothing."""
    with atomic_write(path) as temporary:
        temporary.write_text(json_text(document), encoding="utf-8")


def json_text(document: Any) -> str:
    """Return a document as readable JSON."""
    return json.dumps(document, indent=2) + "\n"


def _remedy(error: OSError) -> str:
    way = (
        "Name a folder that you may write to" if error.errno in FORBIDDEN else "Free some space or name another folder"
    )
    return f"{way}; files that were there before are intact."


def _remove(path: Path) -> None:
    with suppress(OSError):  # what could not be written cannot always be removed, and the first error says more
        path.unlink(missing_ok=True)
