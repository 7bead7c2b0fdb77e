"""Code cells are short enough to be read."""

from collections.abc import Iterator

from course.authoring.publishing.page import Page

LINES = 40
WIDTH = 100


def cells_are_short(page: Page) -> Iterator[str]:
    """Measure the code cells."""
    for cell in page.code:
        lines = cell.source.splitlines()
        if len(lines) > LINES:
            yield f'The cell that begins with "{lines[0]}" has {len(lines)} lines, more than {LINES}.'
        for line in lines:
            if len(line) > WIDTH:
                yield f'The line "{line.strip()[:60]}..." has {len(line)} characters, more than {WIDTH}.'
