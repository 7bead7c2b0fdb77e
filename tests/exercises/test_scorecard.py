"""The page of the scorecard says what its data say."""

import json

from course.authoring import scorecard
from course.authoring.part import COMMAND
from course.workbook.exercise import find

ROW = {"misconceptions": 9, "rejected": 8, "named": 7, "alternatives": 6, "accepted": 5, "unseen": 4}
ROW |= {"unseen_rejected": 3, "unseen_diagnosed": 2, "false_alarms": 1, "right_runs": 2000, "seconds": 0.75}
ROWS = [{"exercise": "00_first", **ROW}, {"exercise": "01_second", **ROW}]
FOUND = {"seeds": 20, "runs": 1000, "rows": ROWS, "date": "2001-02-03", "versions": "Python 3", "hardware": "a core"}
FIRST_TRY = {"unseen": 13, "rejected": 12, "diagnosed": 11}


def test_the_page_of_the_scorecard_is_made_from_its_data():
    assert scorecard.PAGE.read_text(encoding="utf-8") == scorecard.page(), f"stale: run {COMMAND}"


def test_no_right_answer_was_rejected_in_a_thousand_runs():
    recorded = json.loads(scorecard.DATA.read_text(encoding="utf-8"))
    assert recorded["runs"] >= 1000
    assert [row["exercise"] for row in recorded["rows"] if row["false_alarms"]] == []


def test_diagnosed_are_as_many_unseen_answers_as_the_page_says():
    recorded = {row["exercise"]: row for row in json.loads(scorecard.DATA.read_text(encoding="utf-8"))["rows"]}
    for exercise in (find("01"), find("02")):
        row = recorded[exercise.slug]
        assert scorecard.unseen_diagnosed(exercise) == row["unseen_diagnosed"] >= row["unseen"] - 1 > 0


def test_an_exercise_whose_unseen_answers_were_never_tried_has_a_row_without_any():
    row = next(line for line in scorecard.page_of(FOUND, {}).splitlines() if "[00_first]" in line)
    assert row.split("|")[5:7] == [" 0 of 0 ", " 0 of 0 "]


def test_every_count_stands_under_its_heading_and_is_added_up():
    page = scorecard.page_of(FOUND, {row["exercise"]: FIRST_TRY for row in ROWS})
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    heading, first, _, total = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
    assert list(zip(heading, first, total, strict=True)) == [
        ("exercise", "[00_first](00_first/README.md)", "all 2"),
        ("known: rejected", "8 of 9", "16 of 18"),
        ("named", "7 of 9", "14 of 18"),
        ("right: accepted", "5 of 6", "10 of 12"),
        ("unseen, first try: rejected", "12 of 13", "24 of 26"),
        ("diagnosed", "11 of 13", "22 of 26"),
        ("unseen, now: rejected", "3 of 4", "6 of 8"),
        ("diagnosed", "2 of 4", "4 of 8"),
        ("false alarms", "1 of 2000", "2 of 4000"),
        ("seconds", "0.8", "1.5"),
    ]
    assert "on each of 20 seeds by itself" in page
    assert "rejections in 1000 runs" in page
