"""A notebook opens with its title, and with a box that says what it is for."""

import re
from collections.abc import Iterator

from course.authoring.publishing.checklist import served_items
from course.authoring.publishing.page import Page
from course.authoring.publishing.times import PLACE

GOALS = "What you will be able to do"
PARTS = {
    "how many minutes it takes to read": r"\d+ minutes to read",
    f'where the time that it computes is to stand ("{PLACE} to run")': re.escape(f"{PLACE} to run"),
    "its prerequisites": r"prerequisites?",
    'the item of the learning checklist ("Serves the checklist item: ...")': r"serves the checklist items?",
}


def it_opens_as_all_do(page: Page) -> Iterator[str]:
    """Look for the title, the goals, the minutes, the prerequisites and the item of the checklist."""
    text = opening_of(page)
    title = page.headings[0] if page.headings else None
    expected = f"# {page.lesson.number} "
    if title is None or (title.level, title.cell) != (1, 0) or not f"# {title.text}".startswith(expected):
        yield f'The first cell must begin with "{expected}" and the title.'
    goals = _points(text.partition(GOALS)[2])
    if not 3 <= goals <= 5:
        yield f'"{GOALS}" must stand before the first section, with three to five points, not {goals}.'
    for what, pattern in PARTS.items():
        if not re.search(pattern, text, re.IGNORECASE):
            yield f"The opening does not say {what}."
    if not served_items(text):
        yield "The opening must name an item of the learning checklist, in the words that README.md has for it."


def opening_of(page: Page) -> str:
    """Return the text before the first section or the first code."""
    first_section = next((heading.cell for heading in page.headings if heading.level > 1), None)
    parts = []
    for index, cell in enumerate(page.written.cells):
        if cell.cell_type == "code" or index == first_section:
            break
        parts.append(cell.source)
    return "\n\n".join(parts)


def _points(text: str) -> int:
    """Count the points of the first list; it ends where a paragraph begins."""
    count, ended = 0, False
    for line in (line.lstrip("> ") for line in text.splitlines()):
        if re.match(r"[-*] |\d+\. |<li>", line):
            count, ended = count + 1, False
        elif line and ended:
            break
        ended = count > 0 and not line
    return count
