"""Markdown that is generated: tables and lists of words."""

from collections.abc import Iterable, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; a column whose heading begins with ">" is aligned to the right."""
    rules = ["--:" if heading.startswith(">") else "---" for heading in headings]
    lines = [_row(heading.lstrip(">") for heading in headings), f"|{'|'.join(rules)}|"]
    return "\n".join([*lines, *map(_row, rows)])


def in_words(names: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
