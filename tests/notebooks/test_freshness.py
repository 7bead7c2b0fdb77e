"""An .ipynb is stale when its cells, or the course's code that they use, have changed; its outputs do not matter."""

import nbformat
import pytest

from course.publishing import imports
from course.publishing.imports import used_modules
from course.publishing.page import Page
from course.publishing.rules.freshness import it_is_fresh


def verdict(lesson, course) -> list[str]:
    imports._imports_of.cache_clear()
    imports._file.cache_clear()
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


@pytest.mark.parametrize("module", ["common/thing.py", "common/other.py", "common/level.py", "common/__init__.py"])
def test_a_change_of_code_that_it_uses_makes_it_stale(make, lesson, course, module):
    """Imported directly, by what is imported, opened by its name, or as the package around it."""
    make()
    append(course / module, "X = 1\n")
    assert "Code of the course that the notebook uses has changed" in verdict(lesson, course)[0]


def test_a_change_of_other_code_does_not(make, lesson, course):
    make()
    append(course / "common/unused.py", "X = 1\n")
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


def test_cells_changed_in_the_notebook_alone_are_noticed(make, lesson, course):
    notebook = make()
    notebook.cells[2].source += "\n2"
    lesson.notebook.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert "not those of its source" in verdict(lesson, course)[0]


def test_a_notebook_without_its_stamp_was_not_made_by_the_build(make, lesson, course):
    notebook = make()
    del notebook.metadata["vae_course"]
    lesson.notebook.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert "was not made by the build" in verdict(lesson, course)[0]


def test_modules_are_found_however_they_are_imported(course):
    (course / "common/relative.py").write_text("from . import other\n", encoding="utf-8")
    (course / "common/lazy.py").write_text("def f():\n    from common.unused import x\n", encoding="utf-8")

    def used(cell: str) -> list[str]:
        return used_modules([cell], course)

    assert used("import common.other as o") == ["common", "common.other"]
    assert used("from common import other") == ["common", "common.other"]
    assert used("import common.relative") == ["common", "common.other", "common.relative"]
    assert used("%matplotlib inline\nfrom common.lazy import f") == ["common", "common.lazy", "common.unused"]
    assert used('source("common.other:NAME")') == ["common", "common.other"]
    assert used("import numpy, json\n'common sense'") == []
