"""The table of data sets."""

from rich.box import SIMPLE_HEAD
from rich.table import Table

from common.data import DATASETS
from course.presence import presence


def catalogue() -> Table:
    """Return a table of all data sets, with sizes and whether they are here."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("what")
    table.add_column("images", justify="right", no_wrap=True)
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("where", overflow="fold")
    for name, about in DATASETS.items():
        _, height, width = about.image_shape
        counts = "\n".join(f"{count:,} {part}" for part, count in about.counts.items())
        table.add_row(name, about.what, counts, f"{height} x {width}", presence(name))
    return table
