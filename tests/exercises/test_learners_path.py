"""A learner's way through all exercises, with the real commands."""

import json
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from course.checking import isolation
from course.checking.judge import nothing_yet
from course.checking.verdict import PASSED, Verdict
from course.cli import app
from course.workbook.cutting import is_untouched, solution_source
from course.workbook.exercise import exercises, find

ONE_BY_ONE = 4
"""Exercises that are checked one after the other in the quick trial; the others are checked together."""

IN_PROCESSES = {"00", "01", "02", "03", "15", "27"}
"""Exercises whose answers are checked in processes of their own in the quick trial: with torch, and a bug hunt too."""


@pytest.fixture
def few_processes(monkeypatch):
    """The course's own answers pass without a process of their own, but for a few: the gate judges all of them."""

    def check_source(exercise, source, *rest, check=isolation.check_source):
        if exercise.number in IN_PROCESSES:
            return check(exercise, source, *rest)
        if is_untouched(exercise, source.decode("utf-8")):
            return nothing_yet(exercise)
        assert source.decode("utf-8") == solution_source(exercise)
        return Verdict(exercise.slug, PASSED, checks=exercise.cases, sha256=sha256(source).hexdigest())

    return lambda: monkeypatch.setattr(isolation, "check_source", check_source)


@pytest.mark.timeout(900)  # a process for each exercise, on a machine that may be busy
@pytest.mark.trials(1, full=2)
def test_from_the_first_start_to_the_last_pass_and_nothing_is_ever_lost(tmp_path, few_processes, trial):
    folder = tmp_path / "my_solutions"
    if not trial:
        few_processes()

    def vae(*arguments, code=0):
        result = CliRunner().invoke(app, [*arguments, "--solutions", str(folder)], env={"COLUMNS": "200"})
        assert result.exit_code == code, result.output
        return result.output

    course = exercises()
    vae("start")
    for exercise in course:
        vae("start", exercise.number)
    verdicts = json.loads(vae("check", "--all", "--json"))
    assert [verdict["outcome"] for verdict in verdicts] == ["not_started"] * len(course)

    passed = []
    for done in range(1, 1 + (len(course) if trial else ONE_BY_ONE)):
        exercise = find(vae("next").split()[0])
        assert exercise not in passed
        passed.append(exercise)
        (folder / f"{exercise.slug}.py").write_text(solution_source(exercise), encoding="utf-8")
        assert "passed" in vae("check", exercise.number)
        assert f"{done} of {len(course)} passed" in vae("progress")
    for exercise in course:
        (folder / f"{exercise.slug}.py").write_text(solution_source(exercise), encoding="utf-8")
    vae("check", "--all")
    assert f"{len(course)} of {len(course)} passed" in vae("progress")
    assert "All exercises have passed" in vae("next")

    answers = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    vae("reset", course[3].number)
    backup = folder / "backups" / f"{course[3].slug}.1.py"
    assert backup.read_text(encoding="utf-8") == answers.pop(f"{course[3].slug}.py")
    vae("start", course[4].number)
    assert {name: (folder / name).read_text(encoding="utf-8") for name in answers} == answers


def test_a_newer_course_with_another_starter_leaves_the_answer_as_it_is(tmp_path, monkeypatch):
    exercise = exercises()[2]
    path = tmp_path / f"{exercise.slug}.py"
    path.write_text(solution_source(exercise), encoding="utf-8")
    monkeypatch.setattr("course.workbook.answers.starter_source", lambda exercise: "# a new starter\n")
    result = CliRunner().invoke(app, ["start", exercise.number, "--solutions", str(tmp_path)])
    assert "as you left it" in result.output
    assert path.read_text(encoding="utf-8") == solution_source(exercise)
