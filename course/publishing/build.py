"""Making the .ipynb of a notebook from its source."""

import nbformat

from common.files import atomic_write
from course.publishing.execution import execute
from course.publishing.lesson import Lesson
from course.publishing.reading import read_source
from course.publishing.stamp import put_stamp, stamp_of


def build(lesson: Lesson) -> None:
    """Run a notebook from its source, and write it with its outputs and its stamp, all or nothing.

    Raises
    ------
    OperationFailed
        If a cell raised or wrote a warning, or the file cannot be written; what was there before stays.
    """
    notebook = read_source(lesson.source)
    stamp = stamp_of(notebook)  # of what is executed, should somebody save the source meanwhile
    execute(notebook, lesson.slug)
    put_stamp(notebook, stamp)
    nbformat.validate(notebook)
    with atomic_write(lesson.notebook) as temporary:
        temporary.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
