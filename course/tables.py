"""Tables that fit the terminal: a row is a line wherever that can be, and no word is broken."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.table import Table
from rich.text import Text

UNLIMITED = 10_000
"""The width of a pipe or a file."""

GAP = 2
"""Blanks between two columns."""

ELLIPSIS = " …"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Where there is no room, text ``wraps`` at words, or is shortened to no less than ``shortest`` characters, if that is
    given. Before that, columns with a number in ``left_out`` are left out, number 1 first. A column without anything in
    it is never shown.
    """

    heading: str
    justify: Literal["left", "right"] = "left"
    wraps: bool = False
    shortest: int | None = None
    left_out: int = 0


@dataclass(frozen=True)
class Row:
    """The cells of a row, one for each column, and the style of all of them."""

    cells: tuple[str, ...]
    style: str = ""


class Layout:
    """The widths of columns for all rows that are to stand below one another, in one table or in several."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Row], width: int) -> None:
        self._columns = tuple(columns)
        filled = [index for index in range(len(columns)) if any(_cells(rows, index))]
        least = {index: _least(columns[index], _cells(rows, index)) for index in filled}
        for index in sorted(least, key=lambda index: columns[index].left_out):
            if columns[index].left_out and _total(least) > width:
                del least[index]
        self._filled = filled if _total(least) > width else []
        most = {index: _most(columns[index], _cells(rows, index)) for index in least}
        self._widths = _shrunk(most, least, _total(most) - width)

    def table(self, rows: Iterable[Row]) -> Table:
        """Return a table of some of the rows; where no table fits, each is a paragraph with all that it says."""
        if self._filled:
            return self._paragraphs(rows)
        table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
        table.width = _total(self._widths)
        for index, width in self._widths.items():
            table.add_column(self._columns[index].heading, justify=self._columns[index].justify, width=width)
        for row in rows:
            table.add_row(*(self._cell(row.cells[index], index) for index in self._widths), style=row.style)
        return table

    def _paragraphs(self, rows: Iterable[Row]) -> Table:
        table = Table.grid()
        for row in rows:
            first, *others = ((self._columns[index].heading, row.cells[index]) for index in self._filled)
            lines = [first[1], *(f"  {heading + ': ' * bool(heading)}{text}" for heading, text in others if text)]
            table.add_row(Text("\n".join(lines)), style=row.style)
        return table

    def _cell(self, text: str, index: int) -> Text:
        shortens = self._columns[index].shortest is not None and len(text) > self._widths[index]
        return Text(_shortened(text, self._widths[index]) if shortens else text)


def _shortened(text: str, width: int) -> str:
    return textwrap.shorten(text, width, placeholder=ELLIPSIS, break_long_words=False, break_on_hyphens=False)


def _cells(rows: Iterable[Row], index: int) -> list[str]:
    return [row.cells[index] for row in rows]


def _least(column: Column, cells: Sequence[str]) -> int:
    """Return how narrow a column may become; of a text that is shortened the first word is left at least."""
    if column.wraps:
        return max(_longest_word(text) for text in (column.heading, *cells))
    most = _most(column, cells)
    if column.shortest is None:
        return most
    first_words = (len(text.split()[0]) + len(ELLIPSIS) for text in cells if text)
    return min(most, max(column.shortest, len(column.heading), *first_words))


def _most(column: Column, cells: Iterable[str]) -> int:
    return max(map(len, (column.heading, *cells)))


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _total(widths: dict[int, int]) -> int:
    return sum(widths.values()) + GAP * (len(widths) - 1)


def _shrunk(widths: dict[int, int], least: dict[int, int], excess: int) -> dict[int, int]:
    """Return widths that are smaller by ``excess`` characters if that can be, taken from the widest first."""
    widths = dict(widths)
    for _ in range(excess):
        able = [index for index in widths if widths[index] > least[index]]
        if not able:
            break
        widths[max(able, key=widths.__getitem__)] -= 1
    return widths
