"""Noticing that the learner has saved a file."""

import time
from collections.abc import Iterator
from pathlib import Path

from course.workbook.desk import solution_file
from course.workbook.exercise import Exercise

SECONDS_BETWEEN_LOOKS = 0.3


def saved(exercises: tuple[Exercise, ...], folder: Path) -> Iterator[Exercise]:
    """Yield an exercise each time its file is saved, for ever; a file that still changes is not yet saved."""
    seen = before = _times(exercises, folder)
    while True:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        now = _times(exercises, folder)
        settled = {slug: times for slug, times in now.items() if times == before.get(slug)}
        for exercise in exercises:
            if exercise.slug in settled and settled[exercise.slug] != seen.get(exercise.slug):
                yield exercise
        seen, before = {**seen, **settled}, now


def _times(exercises: tuple[Exercise, ...], folder: Path) -> dict[str, tuple[int, int]]:
    """Return when each file was last written, and its size."""
    found = {}
    for exercise in exercises:
        try:
            status = solution_file(exercise, folder).stat()
        except OSError:  # not there, or being replaced by an editor
            continue
        found[exercise.slug] = (status.st_mtime_ns, status.st_size)
    return found
