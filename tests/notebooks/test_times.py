"""Times are measured, rounded so that they rarely change, and said where they matter."""

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.authoring.publishing.times import PLACE, Times, in_words, measured, put_times, rounded, times_of


def notebook(*codes: str) -> NotebookNode:
    return new_notebook(cells=[new_markdown_cell(f"{PLACE} to run"), *map(new_code_cell, codes)])


@pytest.mark.parametrize(("seconds", "said"), [(4.9, 0), (5, 5), (7, 5), (8, 10), (11, 10), (71, 60), (999, 240)])
def test_a_time_is_rounded_to_a_coarse_scale(seconds, said):
    assert rounded(seconds) == said


@pytest.mark.parametrize(("seconds", "said"), [(8, 10), (13.9, 10), (6.9, 5), (14.1, 15)])
def test_what_was_said_before_stays_while_it_is_about_right(seconds, said):
    assert rounded(seconds, before=10) == said


def test_a_cell_that_is_quick_now_loses_its_time():
    assert rounded(2, before=10) == 0


def test_slow_cells_and_the_opening_say_their_times():
    made = notebook("quick", "slow")
    put_times(made, Times(90, (0, 30)))
    texts = [cell.source for cell in made.cells]
    assert texts == ["90 seconds to run", "quick", "*The next cell computes for about 30 seconds.*", "slow"]
    assert times_of(made) == Times(90, (0, 30))


def test_a_build_remembers_a_cell_by_its_text_wherever_it_stands_now():
    before = notebook("slow")
    put_times(before, Times(10, (10,)))
    assert measured(notebook("new", "slow"), [0.1, 13], before) == Times(10, (0, 10))
    assert measured(notebook("new", "slow"), [0.1, 13], None) == Times(15, (0, 15))


def test_times_are_said_in_words():
    assert [in_words(one) for one in (0, 45, 60, 90, 120)] == [
        "a few seconds",
        "45 seconds",
        "1 minute",
        "90 seconds",
        "2 minutes",
    ]
