"""One test an exercise; it fails with the checker's report, without a traceback."""

from pathlib import Path

import pytest

from course.checking.report import text
from course.checking.service import check
from course.workbook.exercise import Exercise, exercises


@pytest.mark.timeout(120)
@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.slug)
def test_exercise(exercise: Exercise, solutions: Path) -> None:
    """Pass if the learner's answer does; an exercise that is not begun is skipped, and says so."""
    report = check(exercise, solutions)
    if not report.begun:
        pytest.skip("not started")
    if not report.passed:
        pytest.fail(text(report), pytrace=False)
