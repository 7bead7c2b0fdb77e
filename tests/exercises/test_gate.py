"""The author's gate: every starter, every right answer and every wrong one, on a few seeds; `make gate` takes more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from course.workbook.exercise import exercises

ROOT = Path(__file__).parents[2]
SLUGS = [exercise.slug for exercise in exercises()]
pytestmark = pytest.mark.timeout(1800)  # the first test waits for the gate


def test_the_gate_went_through_every_exercise(rows):
    assert list(rows) == SLUGS
    assert len(SLUGS) == len({slug.split("_")[0] for slug in SLUGS}) >= 30


@pytest.mark.parametrize("slug", SLUGS)
def test_right_answers_are_accepted_and_wrong_ones_rejected_and_named(rows, slug):
    row = rows[slug]
    assert row["problems"] == []
    assert row["rejected"] == row["named"] == row["misconceptions"] >= 5
    assert row["accepted"] == row["alternatives"] >= 2
    assert row["unseen_rejected"] == row["unseen"]


def test_every_check_ran_as_often_as_the_manifest_says(rows, seeds_of_the_gate):
    for exercise in exercises():
        assert rows[exercise.slug]["checks"] == seeds_of_the_gate * exercise.cases > 0


def test_there_are_as_many_wrong_and_right_answers_as_promised(rows):
    assert sum(row["misconceptions"] for row in rows.values()) >= 150
    assert sum(row["alternatives"] for row in rows.values()) >= 60


def test_the_scorecard_is_that_of_the_gate(rows, seeds_of_the_gate):
    recorded = json.loads((ROOT / "exercises" / "scorecard.json").read_text(encoding="utf-8"))
    steady = [name for name in next(iter(rows.values())) if name != "checks"]
    assert [[row[name] for name in steady] for row in recorded["rows"]] == [
        [row[name] for name in steady] for row in rows.values()
    ]
    for row in recorded["rows"]:
        assert row["checks"] * seeds_of_the_gate == rows[row["exercise"]]["checks"] * recorded["seeds"]


def test_numpy_exercises_do_not_import_torch():
    code = (
        "import sys; from course.workbook.exercise import exercises; from course.checking.judge import prepare; "
        "[prepare(one, (0,)) for one in exercises() if not one.torch]; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
