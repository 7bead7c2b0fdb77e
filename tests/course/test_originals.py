"""A learner who has edited a file of the course is told so, and how the original comes back."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from course.authoring import originals as recording
from course.authoring.part import COMMAND
from course.checking.isolation import check_file
from course.cli import app
from course.doctor import findings
from course.notebook import check_functions
from course.workbook import originals
from course.workbook.cutting import solution_source
from course.workbook.exercise import exercises, find

EXERCISE = find("02")
FILE = "numpy_impl/distributions.py"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A copy of the files on which exercises rest, which may be edited."""
    for name in json.loads(originals.RECORD.read_text(encoding="utf-8"))["files"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(originals.ROOT / name, tmp_path / name)
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr(originals, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def answer(tmp_path):
    path = tmp_path / "my_solutions" / f"{EXERCISE.slug}.py"
    path.parent.mkdir()
    path.write_text(solution_source(EXERCISE), encoding="utf-8")
    return path


def edit(course, name=FILE, old="0.5 * (", new="1.0 * ("):
    text = (course / name).read_text(encoding="utf-8")
    assert old in text
    (course / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_record_is_that_of_the_files_as_they_stand():
    recorded = json.loads(originals.RECORD.read_text(encoding="utf-8"))
    assert recorded == recording.record(), f"stale: run {COMMAND}"


@pytest.mark.parametrize("exercise", exercises(), ids=lambda one: one.slug)
def test_an_exercise_rests_on_its_cases_and_on_the_modules_that_it_is_cut_from(exercise):
    names = recording.rests_on(exercise)
    assert f"exercises/{exercise.slug}/exercise.py" in names
    assert {f"{target.module.replace('.', '/')}.py" for target in exercise.targets} <= set(names)


def test_what_the_original_calls_of_other_modules_counts_too():
    needed = {"numpy_impl/operations.py", "numpy_impl/mlp.py", "numpy_impl/__init__.py"}
    assert needed <= set(recording.rests_on(find("10")))


def test_an_edited_file_is_named_with_the_way_back_and_counts_as_no_failure(course, answer, monkeypatch):
    """The process that judges looks at the files from which it runs itself."""
    root = originals.RECORD.parents[1]
    for package in ("common", "course", "numpy_impl"):
        shutil.copytree(root / package, course / package, dirs_exist_ok=True)
    shutil.copy(originals.RECORD, course / "exercises")
    monkeypatch.setattr("course.checking.isolation.FOLDER", course / "exercises")
    edit(course)
    result = CliRunner().invoke(app, ["check", "02", "--solutions", str(answer.parent)], env={"COLUMNS": "300"})
    assert result.exit_code == 1
    assert "not checked" in result.output
    assert f"{FILE} was changed" in result.output
    assert "Your answers belong in my_solutions/" in result.output
    assert f"git restore {FILE}" in result.output
    assert not (answer.parent / "progress.json").exists()


def test_from_another_folder_git_is_told_where_the_course_is(course, monkeypatch):
    edit(course)
    monkeypatch.chdir(course / "numpy_impl")
    assert f'git -C "{course}" restore {FILE}' in originals.way_back(originals.altered(EXERCISE))


def test_where_there_is_no_git_the_original_is_in_a_fresh_copy(course):
    edit(course)
    (course / ".git").rmdir()
    assert "from a fresh copy of the course" in originals.way_back(originals.altered(EXERCISE))


def test_a_file_that_is_gone_is_noticed(course):
    (course / FILE).unlink()
    assert originals.altered(EXERCISE) == [FILE]


def test_only_exercises_that_rest_on_a_file_are_held_back(course):
    edit(course, "numpy_impl/convolution.py", "import", "import  ")
    assert originals.altered(EXERCISE) == []
    assert originals.altered(find("11")) == ["numpy_impl/convolution.py"]


def test_other_line_ends_are_no_change(course):
    files = [path for path in course.rglob("*.py") if path.parent.name != "my_solutions"]
    for path in files:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n# a note\r\n")
    assert len(files) > 50
    assert originals.altered_anywhere() == []


def test_nothing_is_cut_from_an_edited_file(course, answer):
    edit(course)
    for command in (["start", "02"], ["reset", "02"], ["solution", "02", "--reveal"]):
        result = CliRunner().invoke(app, [*command, "--solutions", str(answer.parent)], env={"COLUMNS": "300"})
        assert result.exit_code == (0 if command[0] == "start" else 1)  # start leaves the answer as it is
        assert (f"{FILE} was changed" in result.output) == (command[0] != "start")
    assert answer.read_text(encoding="utf-8") == solution_source(EXERCISE)
    answer.unlink()
    result = CliRunner().invoke(app, ["start", "02", "--solutions", str(answer.parent)], env={"COLUMNS": "300"})
    assert result.exit_code == 1
    assert not answer.exists()


def test_progress_can_be_seen_though_no_starter_can_be_made(course, answer):
    edit(course)
    result = CliRunner().invoke(app, ["progress", "--solutions", str(answer.parent)])
    assert result.exit_code == 0
    assert "begun" in result.output


def test_a_function_of_a_notebook_is_not_compared_with_an_edited_file_either(course, answer):
    edit(course)
    report = check_functions(EXERCISE, (lambda mu, logvar: mu,), answer.parent)
    assert report.verdict.outcome == "not_checked"


def test_the_doctor_names_an_edited_file(course):
    assert [finding.remedy for finding in findings.originals()] == [""]
    edit(course)
    (finding,) = findings.originals()
    assert FILE in finding.what
    assert f"git restore {FILE}" in finding.remedy


def test_a_checker_that_fails_blames_an_edited_file_that_the_exercise_does_not_rest_on(course, answer, monkeypatch):
    """For example a package whose __init__ imports a file that can no longer be read."""
    edit(course, "numpy_impl/convolution.py", "import", "import  ")
    (course / "numpy_impl" / "operations").mkdir()
    (course / "numpy_impl" / "operations" / "__init__.py").write_text("1 / 0", encoding="utf-8")
    monkeypatch.setattr("course.checking.isolation.FOLDER", course / "exercises")
    verdict = check_file(EXERCISE, answer)
    assert verdict.outcome == "not_checked"
    assert verdict.message.startswith("numpy_impl/convolution.py was changed")
