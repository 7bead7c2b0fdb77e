"""The table of the papers in the terminal."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.table import Table

from paper.results import Measurement
from paper.table import gap_cell, our_cell, paper_cell, seeds_cell


def table(measured: Iterable[Measurement]) -> Table:
    """Return a table of all quantities, the papers one after the other."""
    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("paper", "model", "quantity"):
        shown.add_column(name, overflow="fold")
    for name in ("number", "ours", "gap"):
        shown.add_column(name, justify="right", overflow="fold")
    for name in ("budget", "seeds", "date"):
        shown.add_column(name, no_wrap=True)
    for measurement in measured:
        for quantity in measurement.quantities:
            shown.add_row(
                measurement.paper,
                measurement.title,
                quantity.name,
                paper_cell(quantity),
                our_cell(quantity),
                gap_cell(quantity),
                measurement.budget,
                seeds_cell(measurement.seeds),
                measurement.date,
            )
    return shown
