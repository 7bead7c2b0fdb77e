"""One file from one mirror: of at most a size, at no less than a speed, and with every failure in words."""

import sys
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

from common.errors import in_a_line

LARGEST = 2**28
"""Bytes; the files of the data sets are smaller, and what is longer comes from somewhere else."""
CHUNK = 2**16
PATIENCE = 30.0
"""Seconds for a chunk of so many bytes, and for the first answer: a mirror that needs longer is given up."""


class NoFile(Exception):  # noqa: N818 - named for what came of it
    """A mirror did not give the file, and why."""


def fetch(url: str, path: Path) -> None:
    """Write what an address gives to a file.

    Raises
    ------
    NoFile
        If it cannot be had from there.
    OSError
        If the file cannot be written.
    """
    from tqdm import tqdm

    wanted, parts = Event(), SimpleQueue()
    wanted.set()
    Thread(target=_ask, args=(url, parts, wanted), daemon=True).start()
    try:
        with path.open("wb") as file, tqdm(unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as bar:
            while part := _next(parts):
                if isinstance(part, int):
                    bar.total = part
                else:
                    bar.update(file.write(part))
    finally:
        wanted.clear()


def _next(parts: SimpleQueue) -> bytes | int:
    """Return the next chunk, or how long the file is said to be; nothing at its end."""
    try:
        part = parts.get(timeout=PATIENCE)
    except Empty as error:
        raise NoFile(f"too slow: not {CHUNK:,} bytes in {PATIENCE:.0f} seconds") from error
    if isinstance(part, Exception):
        raise NoFile(_in_words(part)) from part
    return part


def _ask(url: str, parts: SimpleQueue, wanted: Event) -> None:
    """Put the chunks of an answer into a queue while they are wanted, or the error that came instead.

    It runs in a thread of its own: an answer that comes a byte at a time meets every limit between two bytes.
    """
    import requests

    try:
        with requests.get(url, stream=True, timeout=PATIENCE) as response:
            response.raise_for_status()
            if response.raw.length_remaining:
                parts.put(response.raw.length_remaining)
            size = 0
            for chunk in response.iter_content(CHUNK):
                size += len(chunk)
                if size > LARGEST:
                    raise OverflowError(f"it gives more than {LARGEST:,} bytes")
                if not wanted.is_set():
                    return
                parts.put(chunk)
            parts.put(b"")
    except Exception as error:  # whatever it is, somebody waits for it
        parts.put(error)


def _in_words(error: Exception) -> str:
    import requests

    match error:
        case requests.HTTPError():
            return "HTTP " + str(error).partition(" for url")[0]
        case requests.Timeout():
            return "no answer in time"
        case requests.exceptions.ChunkedEncodingError():
            return "the connection ended before the file did"
        case requests.exceptions.SSLError():
            return "no secure connection; its certificate was not accepted"
        case requests.ConnectionError():
            return "no connection, or it broke off"
        case OverflowError():
            return str(error)
        case _:
            return f"{type(error).__name__}: {in_a_line(error)}"
