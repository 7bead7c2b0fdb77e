"""The hints of an exercise, one at a time."""

from dataclasses import replace
from pathlib import Path

from common.errors import OperationFailed
from course.workbook.exercise import Exercise
from course.workbook.progress import Entry, recording


def next_hint(exercise: Exercise, folder: Path) -> str:
    """Return the hint that comes next as lines of text, and remember that it was given."""
    before, trouble = 0, ""
    try:
        with recording(folder) as entries:
            entry = entries.get(exercise.slug, Entry())
            before = entry.hints
            entries[exercise.slug] = replace(entry, hints=min(before + 1, len(exercise.hints)))
    except OperationFailed as error:
        trouble = f"That you have seen it could not be recorded, so this hint will come again: {error}"
    number = min(before, len(exercise.hints) - 1)
    lines = [f"Hint {number + 1} of {len(exercise.hints)}: {exercise.hints[number]}"]
    if before >= len(exercise.hints):
        lines.append(f"That was the last one. The answer: vae solution {exercise.number} --reveal")
    return "\n".join([*lines, trouble]).rstrip()
