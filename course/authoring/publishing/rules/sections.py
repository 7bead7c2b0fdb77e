"""The sections of a notebook are numbered."""

import re
from collections.abc import Iterator

from course.authoring.publishing.page import Page

NUMBER = re.compile(r"^\d+(?:\.\d+)*\.?\s+")
CLOSING = ("Summary", "Checklist", "Exercises", "Further reading")


def title_of(heading: str) -> str:
    """Return a heading without its number."""
    return NUMBER.sub("", heading).strip()


def sections_are_numbered(page: Page) -> Iterator[str]:
    """Expect 1, 2, 3 and so on before the headings of the second level, but for those that close a notebook."""
    sections = [one.text for one in page.headings if one.level == 2 and title_of(one.text) not in CLOSING]
    for number, text in enumerate(sections, start=1):
        if not re.match(rf"{number}\.?\s", text):
            yield f'The section "{text}" must have the number {number}: "## {number}. {title_of(text)}".'
            return
