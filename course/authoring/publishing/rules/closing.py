"""A notebook closes with a summary, a checklist, its exercises and further reading."""

import re
from collections.abc import Iterator

from course.authoring.publishing.page import Page
from course.authoring.publishing.rules.sections import CLOSING, title_of

LINES_OF_SUMMARY = 5


def it_ends_as_all_do(page: Page) -> Iterator[str]:
    """Look at the last four sections."""
    last = [title_of(one.text) for one in page.headings if one.level == 2][-len(CLOSING) :]
    if tuple(last) != CLOSING:
        yield f"The last sections must be {', '.join(CLOSING)}, in this order; they are {', '.join(last) or 'none'}."
        return
    bodies = {name: _body(page, name) for name in CLOSING}
    lines = re.findall(r"^\s*(?:[-*]|\d+\.) ", bodies["Summary"], re.MULTILINE)
    if len(lines) != LINES_OF_SUMMARY:
        yield f"The summary must be a list of {LINES_OF_SUMMARY} lines, not {len(lines)}."
    if "- [ ]" not in bodies["Checklist"]:
        yield 'The checklist must have items to tick: "- [ ] ...".'
    for name in CLOSING[2:]:
        if not bodies[name].strip():
            yield f'"{name}" is empty.'


def _body(page: Page, title: str) -> str:
    """Return the text between the heading of a closing section and the next one of its level."""
    text = "\n\n".join(page.texts)
    parts = re.split(r"^## +(.+)$", text, flags=re.MULTILINE)
    return next(body for head, body in zip(parts[-2::-2], parts[:0:-2], strict=False) if title_of(head) == title)
