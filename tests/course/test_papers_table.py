"""The table of `vae papers`."""

import pytest

from course.papers import tables
from paper.reproduction.results import Measurement, Quantity


@pytest.fixture
def measured() -> Measurement:
    quantities = [
        Quantity("bound", ours=97.0, paper_value=90.0, source="table 1", std=2.5, values=[94.5, 99.5]),
        Quantity("error", ours=4.25, no_paper_value="curves only"),
    ]
    seconds = {"seconds": 240.0, "command": "vae reproduce x", "checksum": "abc", "hardware": "1 thread"}
    when = {"commit": "1234567", "date": "2001-02-03"}
    return Measurement("Somebody 2001", "digits", quantities, {}, "short", [3, 4], **seconds, **when)


def test_every_figure_stands_under_its_heading(measured):
    (table,) = tables([measured])
    columns = {column.header: list(column.cells) for column in table.columns}
    assert table.title == "Somebody 2001"
    assert columns == {
        "protocol": ["digits (short)", ""],
        "quantity": ["bound", "error"],
        "paper": ["90.00 (table 1)", "none: curves only"],
        "ours": ["97.00 ± 2.50", "4.25"],
        "gap": ["+7.00", ""],
        "seeds": ["3 to 4", "3 to 4"],
        "date": ["2001-02-03", "2001-02-03"],
    }


def test_measurements_of_one_paper_share_a_table(measured):
    other = Measurement(**{**vars(measured), "paper": "Nobody 2002"})
    shown = list(tables([measured, measured, other]))
    assert [(table.title, table.row_count) for table in shown] == [("Somebody 2001", 4), ("Nobody 2002", 2)]
