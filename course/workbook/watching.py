"""Noticing that the learner has saved a file."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

SECONDS_BETWEEN_LOOKS = 0.3


def saved(files: Callable[[], Iterable[Path]]) -> Iterator[Path]:
    """Yield a file each time it is saved, for ever; one that still changes is not yet saved.

    ``files`` is asked again at every look: there may be new ones.
    """
    seen = before = _times(files())
    while True:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        now = _times(files())
        settled = {path: times for path, times in now.items() if times == before.get(path)}
        yield from [path for path, times in settled.items() if times != seen.get(path)]
        seen, before = {**seen, **settled}, now


def _times(files: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Return when each file was last written, and its size."""
    found = {}
    for path in files:
        try:
            status = path.stat()
        except OSError:  # not there, or being replaced by an editor
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found
