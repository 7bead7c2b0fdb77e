"""The hints of an exercise, one at a time."""

from pathlib import Path

from common.errors import OperationFailed
from course.workbook.exercise import Exercise
from course.workbook.progress import Progress


def next_hint(exercise: Exercise, folder: Path) -> str:
    """Return the hint that comes next as lines of text, and remember that it was given."""
    before, trouble = 0, ""
    try:
        progress = Progress(folder)
        before = progress.of(exercise).hints
        progress.record_hint(exercise)
    except OperationFailed as error:
        trouble = f"That you have seen it could not be recorded, so this hint will come again: {error}"
    number = min(before, len(exercise.hints) - 1)
    lines = [f"Hint {number + 1} of {len(exercise.hints)}: {exercise.hints[number]}"]
    if before >= len(exercise.hints):
        lines.append(f"That was the last one. The answer: vae solution {exercise.number} --reveal")
    return "\n".join([*lines, trouble]).rstrip()
