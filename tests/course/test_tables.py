"""Tables fit the terminal, and no word in them is broken."""

import pytest
from rich.console import Console

from course.tables import Column, Layout, Row

COLUMNS = (
    Column("name"),
    Column("what", shortest=12),
    Column("more", wraps=True),
    Column("first to go", "right", left_out=1),
    Column("second", "right", left_out=2),
    Column("empty"),
)
ROWS = (
    Row(("one", "a title of much-too-many words", "text that may take several lines", "1", "22", "")),
    Row(("two", "short", "an_uncommonly_long_word", "333", "4", "")),
)


def shown(width: int, rows=ROWS) -> list[str]:
    console = Console(width=max(width, 500))
    with console.capture() as captured:
        console.print(Layout(COLUMNS, ROWS, width).table(rows))
    return [line.rstrip() for line in captured.get().splitlines()]


def test_where_there_is_room_every_row_is_a_line_and_a_column_without_anything_is_not_shown():
    assert [line.split("  ")[0] for line in shown(200)] == ["name", "one", "two"]
    assert "a title of much-too-many words" in shown(200)[1]
    assert "empty" not in shown(200)[0]


def test_columns_are_left_out_in_their_order_where_there_is_no_room():
    def headings(width):
        return [column.heading for column in COLUMNS if column.heading in shown(width)[0]]

    assert headings(70) == ["name", "what", "more", "first to go", "second"]
    assert headings(60) == ["name", "what", "more", "second"]
    assert headings(45) == ["name", "what", "more"]


@pytest.mark.parametrize("width", range(44, 130))
def test_at_every_width_lines_fit_and_words_are_whole(width):
    lines = shown(width)
    assert max(map(len, lines)) <= width
    words = {"…"} | {word for text in [column.heading for column in COLUMNS] for word in text.split()}
    words |= {word for row in ROWS for cell in row.cells for word in cell.split()}
    assert {word for line in lines for word in line.split()} <= words
    wrapping = " ".join(ROWS[0].cells[2].split() + ROWS[1].cells[2].split())
    assert set(wrapping.split()) <= {word for line in lines for word in line.split()}


def test_a_text_that_does_not_fit_is_shortened_after_a_word():
    assert shown(44)[1].startswith("one   a title of …  ")


def test_the_widest_column_gives_way_first():
    columns, row = (Column("a", wraps=True), Column("b", wraps=True)), Row(("1 " * 10, "1 " * 20))
    table = Layout(columns, [row], 52).table([row])
    assert [column.width for column in table.columns] == [20, 30]


def test_what_cannot_fit_is_wider_than_the_terminal_rather_than_broken():
    assert any("an_uncommonly_long_word" in line for line in shown(20))


def test_where_no_table_fits_each_row_is_a_paragraph_that_leaves_nothing_out():
    assert shown(30)[:6] == [
        "one",
        "  what: a title of much-too-many words",
        "  more: text that may take several lines",
        "  first to go: 1",
        "  second: 22",
        "two",
    ]


def test_tables_of_one_layout_have_the_same_columns():
    (_, first), (_, second) = (shown(100, (row,)) for row in ROWS)
    assert first.index("text that") == second.index("an_uncommonly")
