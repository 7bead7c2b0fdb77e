"""A notebook opens with its title, and with a box that says what it is for."""

import re
from collections.abc import Iterator

from course.lessons.checklist import served_items
from course.lessons.page import Page

GOALS = "What you will be able to do"
PARTS = {
    "how many minutes it takes": r"\d+ minutes",
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
    goals = re.findall(r"^\W*[-*] ", _after(GOALS, text), re.MULTILINE)
    if not 3 <= len(goals) <= 5:
        yield f'"{GOALS}" must stand before the first section, with three to five points, not {len(goals)}.'
    for what, pattern in PARTS.items():
        if not re.search(pattern, text, re.IGNORECASE):
            yield f"The opening does not say {what}."
    if not served_items(text):
        yield "The opening must name an item of the learning checklist in the words of course/lessons/checklist.py."


def opening_of(page: Page) -> str:
    """Return the text before the first section or the first code."""
    first_section = next((heading.cell for heading in page.headings if heading.level > 1), None)
    parts = []
    for index, cell in enumerate(page.written.cells):
        if cell.cell_type == "code" or index == first_section:
            break
        parts.append(cell.source)
    return "\n\n".join(parts)


def _after(phrase: str, text: str) -> str:
    """Return the list behind a phrase: what follows until the paragraph after the list."""
    _, found, rest = text.partition(phrase)
    first = re.search(r"^\W*[-*] ", rest, re.MULTILINE)
    if not found or first is None:
        return ""
    block = re.match(r"(?:.*[^\s>].*\n?)+", rest[first.start() :].lstrip("\n"))
    return block.group() if block else ""
