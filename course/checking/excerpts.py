"""Long output, cut so that it fits on a screen."""

import re

FIRST, LAST, LONGEST = 16, 4, 200
"""Lines that are shown of the beginning and of the end, and characters of each."""


def excerpt(text: str) -> str:
    """Return the first and the last lines of an output, and say how many are missing between them."""
    lines = [_short(line) for line in re.sub(r"[^\n]*\r(?!\n)", "", text.rstrip()).splitlines()]
    missing = len(lines) - FIRST - LAST
    if missing > 1:
        lines = [*lines[:FIRST], f"... ({missing:,} lines are left out) ...", *lines[-LAST:]]
    return "\n".join(lines)


def _short(line: str) -> str:
    missing = len(line) - LONGEST
    return line if missing <= 0 else f"{line[:LONGEST]} ... ({missing:,} characters more)"
