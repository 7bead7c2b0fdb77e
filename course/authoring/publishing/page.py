"""A notebook as its rules look at it: the source, and what was made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode

from common.errors import OperationFailed
from course.authoring.publishing.markdown import headings_of
from course.authoring.publishing.reading import read_notebook, read_source
from course.lab.notebooks import ROOT, Lesson


class Heading(NamedTuple):
    """A heading: its level, its text without marks, and the place of its cell."""

    level: int
    text: str
    cell: int


@dataclass(frozen=True)
class Page:
    """The cells of a source, and the .ipynb, None where it is not there or cannot be read."""

    lesson: Lesson
    written: NotebookNode
    made: NotebookNode | None
    root: Path = ROOT

    @classmethod
    def of(cls, lesson: Lesson, root: Path = ROOT) -> "Page":
        """Read a notebook.

        Raises
        ------
        OperationFailed
            If its source cannot be read.
        """
        try:
            made = read_notebook(lesson.notebook)
        except OperationFailed:
            made = None
        return cls(lesson, read_source(lesson.source), made, root)

    @property
    def code(self) -> list[NotebookNode]:
        """The code cells of the source."""
        return [cell for cell in self.written.cells if cell.cell_type == "code"]

    @property
    def texts(self) -> list[str]:
        """The texts of the source."""
        return [cell.source for cell in self.written.cells if cell.cell_type == "markdown"]

    @cached_property
    def headings(self) -> list[Heading]:
        """All headings of the source in their order."""
        return [
            Heading(level, text, index)
            for index, cell in enumerate(self.written.cells)
            if cell.cell_type == "markdown"
            for level, text in headings_of(cell.source)
        ]

    def outputs(self) -> Iterator[NotebookNode]:
        """Yield all outputs of the .ipynb."""
        for cell in [] if self.made is None else self.made.cells:
            yield from cell.get("outputs", [])

    def shown(self, kind: str) -> Iterator[str]:
        """Yield the outputs of one MIME type as text."""
        for output in self.outputs():
            if kind in output.get("data", {}):
                yield str(output.data[kind])
