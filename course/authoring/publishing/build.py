"""Making the .ipynb of a notebook from its source."""

import nbformat
from nbformat import NotebookNode

from common.errors import OperationFailed
from common.files import atomic_write
from course.authoring.publishing.execution import execute
from course.authoring.publishing.reading import read_notebook, read_source
from course.authoring.publishing.stamp import put_stamp, stamp_of
from course.authoring.publishing.times import measured, put_times
from course.lab.notebooks import Lesson


def build(lesson: Lesson) -> None:
    """Run a notebook from its source, and write it with its outputs and its stamp, all or nothing.

    Raises
    ------
    OperationFailed
        If a cell raised or wrote a warning, or the file cannot be written; what was there before stays.
    """
    notebook = read_source(lesson.source)
    seconds = execute(notebook, lesson.slug)
    put_times(notebook, measured(notebook, seconds, _built_before(lesson)))
    put_stamp(notebook, stamp_of(notebook))
    nbformat.validate(notebook)
    with atomic_write(lesson.notebook) as temporary:
        temporary.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


def _built_before(lesson: Lesson) -> NotebookNode | None:
    try:
        return read_notebook(lesson.notebook)
    except OperationFailed:
        return None
