"""Rows of numbers in a CSV file, read column by column; what is not a number is refused by its line and its column."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float64

from common.errors import InvalidArgument
from common.files import atomic_write

MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-"}
LARGEST = 1e100
"""Of a number; the squares of larger ones are no longer finite."""


@dataclass(frozen=True, eq=False)
class RowFile:
    """A CSV file: the names in its first line, and the cells below, as text."""

    path: Path
    names: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, path: Path) -> "RowFile":
        """Read a file whose first line has a name for each column.

        Raises
        ------
        InvalidArgument
            If it is no such file; the message says in which line.
        OSError
            If it cannot be opened.
        """
        try:
            text = path.read_bytes().decode("utf-8-sig")
            lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
        except UnicodeDecodeError as error:
            raise _refused(path, f"a byte that is not UTF-8 at position {error.start}", "Save it as UTF-8.") from error
        except csv.Error as error:
            raise _refused(path, f"text that is no CSV ({error})") from error
        if not lines:
            raise _refused(path, "nothing")
        names = tuple(name.strip() for name in lines[0])
        _require_names(path, names)
        for number, line in enumerate(lines[1:], 1):
            if len(line) != len(names):
                raise _refused(path, f"{len(line)} cells in row {number}, below {len(names)} names")
        return cls(path, names, tuple(tuple(line) for line in lines[1:]))

    def numbers(self, names: Sequence[str]) -> Float64[np.ndarray, "rows columns"]:
        """Return the columns of these names, in this order.

        Raises
        ------
        InvalidArgument
            If the file has no such column, or a cell in one is missing, is text or is infinite.
        """
        absent = [name for name in names if name not in self.names]
        if absent:
            raise _refused(self.path, f"no column {_quoted(absent)}, but {_quoted(self.names)}")
        return np.array([self._column(name) for name in names]).T.reshape(len(self.cells), len(names))

    def labels(self, name: str, argument: str) -> Bool[np.ndarray, " rows"]:
        """Return which rows are anomalies: those with a 1 in the column of this name; all others must have a 0.

        Raises
        ------
        InvalidArgument
            If there is no such column, or it holds something else.
        """
        if name not in self.names:
            raise InvalidArgument(argument, repr(name), f"a column of {self.path}: {_quoted(self.names)}")
        column = self._column(name)
        others = column[(column != 0) & (column != 1)]
        if len(others):
            raise InvalidArgument(argument, f"{name!r} with {others[0]:g} in it", "0 for normal and 1 for an anomaly")
        return column == 1

    def _column(self, name: str) -> Float64[np.ndarray, " rows"]:
        index = self.names.index(name)
        cells = [row[index].strip() for row in self.cells]
        missing = [number for number, cell in enumerate(cells, 1) if cell.lower() in MISSING]
        if missing:
            given = f"no value in {len(missing)} rows of column {name!r}, first in row {missing[0]}"
            raise _refused(self.path, given, "Fill them in, or leave these rows or the column out.")
        try:
            column = np.array([float(cell) for cell in cells])
        except ValueError as error:
            number, cell = next((number, cell) for number, cell in enumerate(cells, 1) if not _is_number(cell))
            given = f"the text {cell!r} in row {number} of column {name!r}"
            raise _refused(self.path, given, "Leave the column out, or turn it into numbers.") from error
        beyond = np.flatnonzero(~(np.abs(column) <= LARGEST))
        if len(beyond):
            given = f"{cells[beyond[0]]} in row {beyond[0] + 1} of column {name!r}"
            raise _refused(self.path, given, f"{LARGEST:g} is the largest that can be used.")
        return column


def write_rows(path: Path, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a CSV file, all or nothing.

    Raises
    ------
    OperationFailed
        If it cannot be written.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    with atomic_write(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8")


def _require_names(path: Path, names: tuple[str, ...]) -> None:
    if all(map(_is_number, names)):
        raise _refused(path, "numbers in its first line", "Put a line with the names of the columns above them.")
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        raise _refused(path, f"a single name, {names[0]!r}", "Separate cells by commas.")
    if "" in names:
        raise _refused(path, f"no name for column {names.index('') + 1}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _refused(path, f"the name {_quoted(twice)} more than once")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _quoted(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:10]))
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"


def _refused(path: Path, given: str, remedy: str = "") -> InvalidArgument:
    return InvalidArgument("table", f"{path} with {given}", "a CSV file of finite numbers, with names above", remedy)
