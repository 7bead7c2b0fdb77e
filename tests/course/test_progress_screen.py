"""`vae progress` on one screen."""

from copy import copy
from dataclasses import replace

import pytest

from course.workbook import table as module
from course.workbook.exercise import exercises
from course.workbook.progress import BEGUN, CHANGED, PASSED, Entry
from course.workbook.table import summary

MORE_LINES = 10
DONE = 7


@pytest.fixture
def entries() -> dict[str, Entry]:
    """The first exercises have passed, one of them was changed since, and the next one is begun."""
    course = exercises()
    passed = {one.slug: Entry(PASSED, hints=1, passed_on="2001-02-03") for one in course[:DONE]}
    passed[course[0].slug] = replace(passed[course[0].slug], status=CHANGED)
    return {one.slug: Entry() for one in course} | passed | {course[DONE].slug: Entry(BEGUN)}


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_whole_course_is_a_line_an_exercise_and_few_more(vae, terminal, width, entries, monkeypatch):
    monkeypatch.setattr("course.workbook.answering.overview", lambda solutions: entries)
    terminal(width)
    lines = vae("progress").stdout.splitlines()
    assert len(lines) <= len(entries) + MORE_LINES
    assert max(map(len, (line.rstrip() for line in lines if "\x1b" not in line))) <= width
    assert "passed, changed since" in "\n".join(lines)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_exercise_is_a_line_that_begins_as_its_title_does(entries, width):
    shown = module.table(entries, width)
    assert shown.width is not None
    assert shown.width <= width
    titles = [str(cell) for cell in shown.columns[1].cells]
    assert len(titles) == len(exercises())
    for title, one in zip(titles, exercises(), strict=True):
        start = title.removesuffix(" …")
        assert f"{one.title} ".startswith(f"{start} ")
        assert (title == one.title) == (start == title)
        assert len(title) <= (shown.columns[1].width or 0)


def test_the_summary_says_where_to_go_on_and_how_long_the_rest_takes(entries):
    here, minutes = exercises()[DONE], sum(one.minutes for one in exercises()[DONE:])
    lines = list(summary(entries))
    assert f"{DONE} of {len(exercises())} passed" in lines[0]
    assert f"You are here: {here.number} {here.title}" in lines
    assert f"  the exercise: vae start {here.number}" in lines
    assert f"  the notebook: vae learn {here.notebook[:2]}" in lines
    assert lines[-1] == f"What has not passed takes about {round(minutes / 60)} hours."


@pytest.mark.parametrize(
    ("minutes", "words"), [([20, 25], "45 minutes"), ([60], "1 hour"), ([60, 45], "2 hours"), ([200, 70], "4 hours")]
)
def test_the_time_left_is_in_minutes_or_in_hours(monkeypatch, minutes, words):
    course = tuple(replace(one, minutes=its) for one, its in zip(exercises(), minutes, strict=False))
    monkeypatch.setattr(module, "exercises", lambda: course)
    assert list(summary({one.slug: Entry() for one in course}))[-1] == f"What has not passed takes about {words}."


def test_at_the_end_nothing_is_left_to_do(entries):
    done = {slug: Entry(PASSED, passed_on="2001-02-03") for slug in entries}
    assert list(summary(done))[-1].startswith("All exercises have passed.")


def test_where_exercises_belong_to_parts_the_parts_are_counted(monkeypatch, entries):
    course = [copy(one) for one in exercises()[DONE - 2 : DONE + 2]]
    for one, part in zip(course, ("core", "core", "variants", "core"), strict=True):
        object.__setattr__(one, "part", part)
    monkeypatch.setattr(module, "exercises", lambda: tuple(course))
    assert list(summary(entries))[1] == "core 2 of 3, variants 0 of 1"
