"""The .ipynb was made by a run of the cells that its source has now.

What a notebook claims of the course's code is asserted in its cells, which ``make notebooks`` runs; so a change of that
code makes no notebook stale.
"""

from collections.abc import Iterator
from copy import deepcopy

from course.authoring.publishing.page import Page
from course.authoring.publishing.stamp import read_stamp, stamp_of
from course.authoring.publishing.times import put_times, times_of


def it_is_fresh(page: Page) -> Iterator[str]:
    """Compare the cells, with the times that stand in the .ipynb; outputs are never compared."""
    remedy = f"Run: python -m course.authoring build {page.lesson.number}"
    if page.made is None:
        yield f"There is no {page.lesson.notebook.name}, or it cannot be read. {remedy}"
        return
    expected = deepcopy(page.written)
    put_times(expected, times_of(page.made))
    if stamp_of(page.made) != stamp_of(expected):
        yield f"The cells of the .ipynb are not those of its source. {remedy}"
    elif read_stamp(page.made) != stamp_of(expected):
        yield f"The .ipynb was not made by the build. {remedy}"
