"""What the pages of the exercises say is what their manifests say."""

import re
from pathlib import Path

import pytest

from course.workbook.exercise import exercises

TABLE = (Path(__file__).parents[2] / "exercises" / "README.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("exercise", exercises(), ids=lambda one: one.slug)
def test_the_table_of_exercises_has_the_row_of_the_manifest(exercise):
    (row,) = [line for line in TABLE if line.startswith(f"| {exercise.number} |")]
    assert f"[{exercise.title}]({exercise.slug}/README.md)" in row
    assert all(f"`{target.name}`" in row for target in exercise.targets)
    end = f"| {exercise.minutes} | {exercise.difficulty} | {', '.join(exercise.prerequisites)} |"
    assert row.endswith(end)


@pytest.mark.parametrize("exercise", exercises(), ids=lambda one: one.slug)
def test_a_page_has_the_task_a_formula_and_its_source(exercise):
    page = (exercise.folder / "README.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {exercise.number} ")
    assert "## Task" in page
    assert "(1)" in page
    assert "Source" in page


@pytest.mark.parametrize("exercise", exercises(), ids=lambda one: one.slug)
def test_links_of_a_page_lead_somewhere(exercise):
    page = (exercise.folder / "README.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!http)([^)#]+)", page):
        assert (exercise.folder / link).exists(), link
