"""Writing: a file is replaced whole, or not at all, and one process at a time writes to a folder."""

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

WITHOUT_LOCKS = {errno.ENOLCK, errno.ENOTSUP}
"""What a file system without locks answers, such as some network folders."""


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
def locked(path: Path, patience: float = -1.0) -> Iterator[None]:
    """Hold the lock that is this file, which stays; the system takes it back when this process ends, however it ends.

    ``patience`` is how many seconds to wait for another process that holds it, -1 for ever. A file system that knows no
    locks gives none.

    Raises
    ------
    OperationFailed
        If another process holds the lock, or the file cannot be written.
    """
    from filelock import FileLock, Timeout  # here, since most who read files write none

    lock = FileLock(path, timeout=patience)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise OperationFailed(
            f"another process is writing to {path.parent}.", "Let it end, or name another folder."
        ) from error
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise OperationFailed(f"cannot write {path}: {error.strerror or error}.", _remedy(error)) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def held(folder: Path, patience: float = 0.0) -> Iterator[None]:
    """Keep other processes from writing to a folder: `locked`, and what killed ones left half-written is removed."""
    with locked(folder / ".lock", patience):
        for path in folder.glob(".*.partial"):
            _remove(path)
        yield


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
