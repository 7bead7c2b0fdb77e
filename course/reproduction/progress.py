"""How far a run is: a bar for each of its stages, or a line for each tenth where nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from course.console import notices

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("images"))

Tell = Callable[[str, int, int], None]
"""Called with a stage, the images it has taken, and how many there are in all."""


@contextmanager
def watched(title: str) -> Iterator[Tell]:
    """Show the stages of a run on standard error, from the first step on: not before its data are at hand."""
    if not notices().is_terminal:
        yield _lines(title)
        return
    progress = Progress(*COLUMNS, TimeRemainingColumn(), console=notices())
    try:
        yield _bars(title, progress)
    finally:
        progress.stop()


def _bars(title: str, progress: Progress) -> Tell:
    tasks: dict[str, TaskID] = {}

    def tell(stage: str, taken: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = progress.add_task(f"{title}, {stage}", total=total)
            progress.start()
        progress.update(tasks[stage], completed=taken)

    return tell


def _lines(title: str) -> Tell:
    tenths: dict[str, int] = {}

    def tell(stage: str, taken: int, total: int) -> None:
        tenth = 10 * taken // max(1, total)
        if tenth > tenths.get(stage, 0):
            tenths[stage] = tenth
            line = f"{title}, {stage}: {taken:,} of {total:,} images"
            notices().print(line, markup=False, highlight=False, soft_wrap=True)

    return tell
