"""The tables of the papers in the terminal."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.table import Table

from paper.kit.results import Measurement
from paper.kit.table import gap_cell, our_cell, paper_cell, seeds_cell


def tables(measured: Iterable[Measurement]) -> Iterator[Table]:
    """Yield a table for each paper: every quantity with the paper's number, ours, and how ours was measured."""
    for title, rows in groupby(measured, key=lambda measurement: measurement.paper):
        yield _table(title, rows)


def _table(title: str, rows: Iterable[Measurement]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    for name in ("protocol", "quantity", "paper"):
        table.add_column(name, overflow="fold")
    for name in ("ours", "gap", "seeds", "date"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        for index, quantity in enumerate(row.quantities):
            protocol = f"{row.title} ({row.budget})" if index == 0 else ""
            numbers = paper_cell(quantity), our_cell(quantity), gap_cell(quantity)
            table.add_row(protocol, quantity.name, *numbers, seeds_cell(row.seeds), row.date)
    return table
