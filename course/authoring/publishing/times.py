"""How long a notebook computes: measured when it is built, and said above its slow cells and in its opening.

The numbers are seconds of one processor, rounded. They are kept from build to build as long as they are about right, so
that a notebook does not change with every run.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from course.authoring.publishing.reading import ENTRY, markdown_cell

SCALE = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)
PLACE = "{running}"
"""Stands in the opening of a source for the time that the whole notebook computes."""


@dataclass(frozen=True)
class Times:
    """Rounded seconds: of the whole notebook, and of each code cell, 0 for those that are quick."""

    whole: int
    cells: tuple[int, ...]


def measured(notebook: NotebookNode, seconds: Sequence[float], before: NotebookNode | None) -> Times:
    """Return the times of a notebook from the seconds of its code cells; ``before`` is what was built earlier."""
    old = {} if before is None else {cell.source: _seconds(cell) for cell in _code(before)}
    cells = (rounded(one, old.get(cell.source, 0)) for cell, one in zip(_code(notebook), seconds, strict=True))
    return Times(rounded(sum(seconds), 0 if before is None else _seconds(before)), tuple(cells))


def rounded(seconds: float, before: int = 0) -> int:
    """Return seconds on a coarse scale, 0 below about 5, or what was said before if that is still about right."""
    if before and 0.7 < seconds / before < 1.4:
        return before
    return min(SCALE, key=lambda one: abs(math.log(one / seconds))) if seconds >= SCALE[0] else 0


def times_of(notebook: NotebookNode) -> Times:
    """Return the times that a built notebook carries."""
    return Times(_seconds(notebook), tuple(map(_seconds, _code(notebook))))


def put_times(notebook: NotebookNode, times: Times) -> None:
    """Write the times into the metadata, and say them to the reader."""
    _carry(notebook, times.whole)
    seconds = iter(times.cells)
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and (time := next(seconds, 0)):
            _carry(cell, time)
            cells.append(markdown_cell(f"*The next cell computes for about {in_words(time)}.*", f"time-{cell.id}"))
        cell.source = cell.source.replace(PLACE, in_words(times.whole)) if cell.cell_type == "markdown" else cell.source
        cells.append(cell)
    notebook.cells = cells


def in_words(seconds: int) -> str:
    """Return a rounded time in words."""
    if not seconds:
        return "a few seconds"
    minutes, rest = divmod(seconds, 60)
    return f"{seconds} seconds" if rest else f"{minutes} minute{'s' * (minutes > 1)}"


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _seconds(carrier: NotebookNode) -> int:
    return carrier.metadata.get(ENTRY, {}).get("seconds", 0)


def _carry(carrier: NotebookNode, seconds: int) -> None:
    if seconds:
        carrier.metadata.setdefault(ENTRY, NotebookNode())["seconds"] = seconds
