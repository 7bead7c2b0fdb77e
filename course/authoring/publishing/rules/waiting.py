"""Nobody waits long without seeing that something happens."""

import re
from collections.abc import Iterator

from course.authoring.publishing.page import Page
from course.authoring.publishing.times import times_of

LONG = 10
"""Seconds."""


def long_cells_show_a_bar(page: Page) -> Iterator[str]:
    """Look for a bar in the cells that compute longer, or in the cells that define what they call."""
    if page.made is None:
        return
    for cell, seconds in zip(page.code, times_of(page.made).cells, strict=False):
        called = set(re.findall(r"\w+(?=\()", cell.source))
        involved = [one.source for one in page.code if called & set(re.findall(r"(?<=^def )\w+", one.source, re.M))]
        if seconds > LONG and not any(re.search(r"\b(progress|bars)\(", text) for text in [cell.source, *involved]):
            first = cell.source.partition("\n")[0]
            yield f'The cell that begins with "{first}" takes {seconds} s. Show a bar: progress(steps) or bars().'
