"""The .ipynb was made by a run of the cells that its source has now.

What a notebook claims of the course's code is asserted in its cells, which ``make notebooks`` runs; so a change of that
code makes no notebook stale.
"""

from collections.abc import Iterator

from course.publishing.page import Page
from course.publishing.stamp import read_stamp, stamp_of


def it_is_fresh(page: Page) -> Iterator[str]:
    """Compare the cells; outputs are never compared."""
    remedy = f"Run: python -m course.publishing build {page.lesson.number}"
    if page.made is None:
        yield f"There is no {page.lesson.notebook.name}, or it cannot be read. {remedy}"
    elif stamp_of(page.made) != stamp_of(page.written):
        yield f"The cells of the .ipynb are not those of its source. {remedy}"
    elif read_stamp(page.made) != stamp_of(page.written):
        yield f"The .ipynb was not made by the build. {remedy}"
