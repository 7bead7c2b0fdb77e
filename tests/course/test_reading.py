"""Where a mistake sends its learner: to the own copy of a notebook, at its section."""

import json

import pytest

from course.checking import reading
from course.checking.reading import linked
from course.workbook.exercise import find

EXERCISE = find("02")
NAME = f"{EXERCISE.notebook}.ipynb"
SECTION = "Two [kinds] of code"


@pytest.fixture
def put(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "COPIES", tmp_path / "my_notebooks")
    monkeypatch.setattr(reading, "FOLDER", tmp_path / "notebooks")

    def write(folder: str, text: str) -> None:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / NAME).write_text(text, encoding="utf-8")

    return write


def notebook(heading: str) -> str:
    return json.dumps({"cells": [{"cell_type": "markdown", "source": ["Before.\n", f"### {heading}\n", "After."]}]})


def test_the_own_copy_is_named_where_there_is_one_and_the_course_s_notebook_elsewhere(put):
    put("notebooks", notebook(f"5.1 {SECTION}"))
    assert reading.reading(EXERCISE, SECTION) == (
        f'Read again: notebooks/{NAME}, "5.1 {SECTION}". To open it: vae learn {EXERCISE.notebook[:2]}'
    )
    put("my_notebooks", notebook(f"6. {SECTION}"))
    assert f'Read again: my_notebooks/{NAME}, "6. {SECTION}".' in reading.reading(EXERCISE, SECTION)


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": [{}]}', notebook("Another")])
def test_a_section_that_the_learner_has_removed_keeps_its_name(put, content):
    put("my_notebooks", content)
    assert f'{NAME}, "{SECTION}"' in reading.reading(EXERCISE, SECTION)


@pytest.mark.usefixtures("put")
def test_without_notebooks_the_exercise_s_own_page_is_named():
    assert reading.reading(EXERCISE, SECTION) == f"Read again: exercises/{EXERCISE.slug}/README.md."


def test_in_a_notebook_the_section_is_a_link_that_leads_on_from_the_same_folder(put):
    put("my_notebooks", notebook(f"6. {SECTION}"))
    page = linked(reading.reading(EXERCISE, SECTION))
    assert f'<a href="{NAME}#6.-Two-[kinds]-of-code">my_notebooks/{NAME}, &quot;6. {SECTION}&quot;</a>. To' in page


def test_other_paragraphs_are_escaped_and_no_more():
    assert linked("a < b") == "a &lt; b"
