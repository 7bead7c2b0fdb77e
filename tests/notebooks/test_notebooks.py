"""The notebooks of the course: each keeps the rules, and runs from its source. `make notebooks` runs them all."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from course.authoring.publishing.checklist import ITEMS, served_items
from course.authoring.publishing.page import Page
from course.authoring.publishing.rules import findings
from course.authoring.publishing.rules.opening import opening_of
from course.lab.notebooks import ROOT, Lesson, lessons
from course.workbook.exercise import exercises

QUICK = "00"
AT_ONCE = 2
LESSONS = lessons()
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.slug for lesson in LESSONS])


@every_lesson
def test_a_notebook_keeps_the_rules(lesson):
    assert findings(Page.of(lesson)) == []


def test_every_notebook_that_an_exercise_names_is_there():
    assert {one.notebook for one in exercises()} <= {lesson.slug for lesson in LESSONS}


def test_numbers_of_notebooks_leave_no_gap():
    assert [lesson.number for lesson in LESSONS] == [f"{number:02d}" for number in range(len(LESSONS))]


def test_the_learning_checklist_is_served():
    served = {item for lesson in LESSONS for item in served_items(opening_of(Page.of(lesson)))}
    assert served == set(ITEMS)


def test_the_readme_maps_every_notebook_and_every_item_of_the_checklist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", text.partition("\n## Notebooks\n")[2], flags=re.MULTILINE)[0]
    for lesson in LESSONS:
        assert f"](notebooks/{lesson.slug}.ipynb)" in section
    assert served_items(section) == ITEMS


def test_a_quick_notebook_runs_from_its_source():
    (lesson,) = (one for one in LESSONS if one.number == QUICK)
    done = _run(lesson)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.notebooks
@pytest.mark.timeout(3600)
@every_lesson
def test_a_notebook_runs_from_its_source(lesson, runs):
    done = runs[lesson.slug].result()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def runs(request) -> Iterator[dict[str, Future[subprocess.CompletedProcess[str]]]]:
    """All notebooks that were asked for, each in a process of its own, two at once."""
    wanted = [item.callspec.params["lesson"] for item in request.session.items if item.get_closest_marker("notebooks")]
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield {lesson.slug: pool.submit(_run, lesson) for lesson in wanted}
    finally:
        pool.shutdown(cancel_futures=True)


def _run(lesson: Lesson) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "course.authoring", "run", lesson.number]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
