"""The .ipynb is made from its source as it stands, with the course as it stands."""

from collections.abc import Iterator

from nbformat import NotebookNode

from course.publishing.page import Page
from course.publishing.stamp import read_stamp, stamp_of


def it_is_fresh(page: Page) -> Iterator[str]:
    """Compare cells, and hashes of the course's code that they use; outputs are never compared."""
    remedy = f"Run: python -m course.publishing build {page.lesson.number}"
    if page.made is None:
        yield f"There is no {page.lesson.notebook.name}, or it cannot be read. {remedy}"
        return
    if _sources(page.made) != _sources(page.written):
        yield f"The cells of the .ipynb are not those of its source. {remedy}"
        return
    stamp, expected = read_stamp(page.made), stamp_of(page.written, page.root)
    if stamp is None or stamp.cells != expected.cells:
        yield f"The .ipynb was not made by the build. {remedy}"
    elif stamp.modules != expected.modules:
        yield f"Code of the course that the notebook uses has changed since it was made. {remedy}"


def _sources(notebook: NotebookNode) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in notebook.cells]
