"""An .ipynb is stale when its cells have changed; outputs, and the course's code, do not matter."""

import nbformat
import pytest

from course.authoring.publishing.page import Page
from course.authoring.publishing.rules.freshness import it_is_fresh


def verdict(lesson, course) -> list[str]:
    return list(it_is_fresh(Page.of(lesson, course)))


def append(path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_what_has_just_been_made_is_fresh(make, lesson, course):
    make()
    assert verdict(lesson, course) == []


@pytest.mark.parametrize("text", ["\n# %%\n1 + 1\n", " #", "\n# %% [markdown]\n# A word.\n"])
def test_a_change_of_the_source_makes_it_stale(make, lesson, course, text):
    make()
    append(lesson.source, text)
    assert "The cells of the .ipynb are not those of its source" in verdict(lesson, course)[0]


def test_a_change_of_code_that_it_imports_does_not(make, lesson, course):
    make()
    append(course / "common/thing.py", "# A word.\n")
    assert verdict(lesson, course) == []


def test_line_ends_of_another_system_do_not(make, lesson, course):
    make()
    for path in (lesson.source, course / "common/thing.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert verdict(lesson, course) == []


def test_other_outputs_do_not(make, lesson, course):
    notebook = make()
    notebook.cells[2].outputs = []
    lesson.notebook.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert verdict(lesson, course) == []


def test_a_cell_that_is_folded_now_makes_it_stale(make, lesson, course):
    make()
    text = lesson.source.read_text(encoding="utf-8")
    lesson.source.write_text(text.replace("# %%\nfrom", '# %% tags=["hide-input"]\nfrom'), encoding="utf-8")
    assert "not those of its source" in verdict(lesson, course)[0]


def test_the_times_that_the_build_has_written_do_not(make, lesson, course):
    make(seconds=10)
    assert verdict(lesson, course) == []


def test_a_time_changed_in_the_notebook_alone_is_noticed(make, lesson, course):
    notebook = make(seconds=10)
    notebook.cells[0].source = notebook.cells[0].source.replace("2 minutes to run", "1 minute to run")
    lesson.notebook.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert "not those of its source" in verdict(lesson, course)[0]


def test_cells_changed_in_the_notebook_alone_are_noticed(make, lesson, course):
    notebook = make()
    notebook.cells[2].source += "\n2"
    lesson.notebook.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert "not those of its source" in verdict(lesson, course)[0]


def test_a_notebook_without_its_stamp_was_not_made_by_the_build(make, lesson, course):
    notebook = make()
    del notebook.metadata["vae_course"]["cells"]
    lesson.notebook.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert "was not made by the build" in verdict(lesson, course)[0]
