"""The learner's own copies of the notebooks, ``my_notebooks/NN_slug.ipynb``: written once, never overwritten."""

from pathlib import Path
from typing import NamedTuple

from common.errors import InvalidArgument, OperationFailed
from common.files import atomic_write
from course.lab.opening import as_opened
from course.publishing.lesson import FOLDER, ROOT, Lesson

COPIES = ROOT / "my_notebooks"


class Copied(NamedTuple):
    """Which notebooks were copied, which are those of the course still, and which are the learner's own by now."""

    new: list[str]
    same: list[str]
    own: list[str]


def copy_notebooks(copies: Path = COPIES, folder: Path = FOLDER) -> Copied:
    """Copy the notebooks that are not there yet; a file that is there stays as it is.

    Raises
    ------
    OperationFailed
        If there are no notebooks, or a copy cannot be written.
    """
    notebooks = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not notebooks:
        raise OperationFailed(f"no notebooks in {folder}.", "Install the course from its clone: pip install -e .")
    copied = Copied([], [], [])
    for notebook in notebooks:
        content, copy = as_opened(notebook.read_bytes()), copies / notebook.name
        if not copy.exists():
            with atomic_write(copy) as temporary:
                temporary.write_bytes(content)
            copied.new.append(notebook.name)
        else:
            (copied.same if copy.read_bytes() == content else copied.own).append(notebook.name)
    return copied


def copy_of(number: str, copies: Path = COPIES) -> Path:
    """Return the learner's copy of the notebook that answers to this number.

    Raises
    ------
    InvalidArgument
        If no copy has this number.
    """
    lessons = [Lesson(copy) for copy in sorted(copies.glob("[0-9][0-9]_*.ipynb"))]
    for lesson in lessons:
        if lesson.answers_to(number):
            return lesson.notebook
    numbers = ", ".join(sorted({lesson.number for lesson in lessons}))
    raise InvalidArgument("notebook", number, f"the number of a notebook: {numbers}")
