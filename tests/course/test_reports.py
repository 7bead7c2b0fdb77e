"""The words and tables of exercises."""

import pytest

from course.checking.report import heading, text
from course.checking.service import Report
from course.checking.verdict import NOT_STARTED, PASSED, WRONG, Verdict
from course.workbook.exercise import Exercise, exercises, find
from course.workbook.progress import Entry
from course.workbook.table import bar, table

EXERCISE = find("02")
MISTAKE = {"observation": "It is twice as much.", "diagnosis": "a half forgotten", "explanation": "One half is gone."}


def report(outcome: str, again: bool = False, following: Exercise | None = None, **more) -> Report:
    return Report(EXERCISE, Verdict(EXERCISE.slug, outcome, **more), again, following)


def test_a_pass_says_how_many_checks_ran_in_how_many_seconds_and_what_comes_next():
    passed = report(PASSED, following=find("01"), checks=12, seconds=1.26, remarks=["It printed."])
    lines = text(passed).splitlines()
    assert lines[:3] == [f"02 {EXERCISE.title}: passed", "    12 checks in 1.3 s.", "    It printed."]
    assert lines[-1] == f"    Next: 01 {find('01').title}: vae start 01"


def test_the_name_of_a_mistake_is_kept_back_until_it_is_met_again():
    first, second = (text(report(WRONG, again, **MISTAKE)) for again in (False, True))
    for told in (first, second):
        assert told.startswith(f"02 {EXERCISE.title}: not right yet\n    It is twice as much.\n")
    assert "half" not in first
    assert "vae hint 02" in first
    assert "This looks like: a half forgotten. One half is gone." in second
    assert f'{EXERCISE.section}"' in second


def test_a_failure_without_a_known_cause_promises_none_and_says_more_at_the_second_time():
    first, second = (
        text(report(WRONG, again, observation="It is wrong.", diagnosis="factor 2")) for again in (False, True)
    )
    assert first.splitlines()[1:] == ["    It is wrong.", "    A hint: vae hint 02."]
    assert "This looks like: factor 2." in second
    assert f'{EXERCISE.section}"' in second


def test_an_exercise_that_was_not_begun_is_called_that():
    assert heading(report(NOT_STARTED)).endswith(": not started")


def test_a_verdict_in_json_tells_seconds_to_the_millisecond_and_all_that_was_said():
    verdict = Verdict("02_x", WRONG, **MISTAKE, remarks=["It printed."], seconds=1.23456)
    assert verdict.as_json() == {
        "exercise": "02_x",
        "outcome": "wrong",
        "diagnosis": "a half forgotten",
        "message": "It is twice as much. One half is gone. It printed.",
        "seconds": 1.235,
    }


@pytest.mark.parametrize(("done", "signs"), [(0, 0), (20, 10), (30, 15), (60, 30)])
def test_the_bar_is_filled_in_proportion(done, signs):
    assert bar(done, 60) == "[" + "#" * signs + "." * (30 - signs) + "]"


def test_every_entry_of_the_progress_stands_in_the_row_of_its_exercise():
    entries = {one.slug: Entry() for one in exercises()}
    entries[EXERCISE.slug] = Entry("passed", hints=2, passed_on="2001-02-03")
    columns = [[str(cell) for cell in column.cells] for column in table(entries).columns]
    assert [len(cells) for cells in columns] == [len(entries)] * 6
    row = [cells[columns[0].index("02")] for cells in columns]
    assert row == ["02", EXERCISE.title, str(EXERCISE.minutes), "passed", "2001-02-03", "2"]
