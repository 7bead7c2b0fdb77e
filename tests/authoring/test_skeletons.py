"""What authors begin with passes its own checks."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from course.authoring import skeletons
from course.authoring.__main__ import app
from course.authoring.gate import gate
from course.authoring.publishing.page import Page
from course.authoring.publishing.rules import findings
from course.lab.notebooks import ROOT, Lesson
from course.workbook.exercise import read_manifest

LINKED = ("common", "course", "exercises", "numpy_impl", "pytorch_lowlevel")


@pytest.fixture
def clone(tmp_path):
    """A course without results, whose papers may be added to."""
    for name in LINKED:
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "paper", tmp_path / "paper", ignore=shutil.ignore_patterns("results", "__pycache__"))
    (tmp_path / "tests" / "paper").mkdir(parents=True)
    for name in ("pyproject.toml", "tests/paper/conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def _python(clone, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(clone)}
    done = subprocess.run([sys.executable, *arguments], cwd=clone, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_new_paper_can_be_reproduced_drawn_and_tested_and_adds_only_its_own_files(clone):
    before = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file()}
    made = skeletons.new_paper("two_moons", clone).files
    after = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file()}
    assert after.keys() - before.keys() == set(made)
    assert before.items() <= after.items()
    _python(clone, "-m", "course.cli", "reproduce", "two_moons", "--samples", "600", "--pictures")
    (written,) = (clone / "runs").glob("*/*.json")
    row = json.loads(written.read_text(encoding="utf-8"))
    assert (row["paper"], row["command"]) == ("Authors Year", "vae reproduce two_moons --samples 600")
    assert [path.name for path in written.parent.glob("*.png")] == ["digits_samples.png"]
    assert "4 passed" in _python(clone, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/paper/test_two_moons.py")


@pytest.mark.parametrize("name", ["aaa", "two_moons"])
def test_the_files_of_a_new_paper_keep_the_style(clone, name):
    files = [str(path) for path in skeletons.new_paper(name, clone).files if path.suffix == ".py"]
    assert len(files) == 5
    _python(clone, "-m", "ruff", "check", "--no-cache", *files)
    _python(clone, "-m", "ruff", "format", "--no-cache", "--check", *files)


def test_a_new_exercise_passes_the_gate(tmp_path):
    made = skeletons.new_exercise("evidence", tmp_path).files
    exercise = read_manifest(made[0])
    assert (exercise.slug, exercise.title) == ("00_evidence", "Evidence")
    row = gate(exercise, (0,))
    assert row.problems == []
    assert row.named == row.misconceptions >= 5
    assert not any("exercise 02" in path.read_text(encoding="utf-8") for path in made)


def test_a_new_exercise_says_step_by_step_what_is_left_until_all_tests_are_green(tmp_path, monkeypatch):
    made = skeletons.new_exercise("evidence", tmp_path)
    monkeypatch.setattr(skeletons, "new_exercise", lambda name: made._replace(files=[ROOT / "exercises"]))
    told = CliRunner().invoke(app, ["new", "exercise", "evidence"]).stdout.splitlines()
    assert told[-6:] == [
        "What next, in this order, until all tests are green:",
        "  1. python -m course.authoring gate 00",
        '  2. put a cell check("00", gaussian_kl) into notebooks/03_likelihoods_and_losses.py, in the section '
        '"The KL divergence in closed form"',
        "  3. python -m course.authoring build 03_likelihoods_and_losses",
        "  4. python -m course.authoring scorecard 00",
        "  5. python -m course.authoring tables",
    ]
    for line in told[-5:]:
        command = line.partition("course.authoring ")[2].split()[:1]
        assert not command or CliRunner().invoke(app, [*command, "--help"]).exit_code == 0


def test_a_new_notebook_runs_and_keeps_all_rules(tmp_path):
    source, _ = skeletons.new_notebook("circles", tmp_path).files
    assert source.name == "00_circles.py"
    assert findings(Page.of(Lesson(source), tmp_path)) == []


def test_the_next_number_is_free_and_a_name_is_taken_once(tmp_path):
    for number in ("00", "07"):
        (tmp_path / "exercises" / f"{number}_x{number}").mkdir(parents=True)
    assert skeletons.new_exercise("evidence", tmp_path).files[0].parent.name == "08_evidence"
    for name in ("evidence", "Two Moons", "2moons", "../moons"):
        with pytest.raises(ValueError, match="name"):
            skeletons.new_exercise(name, tmp_path)


def test_a_paper_that_is_there_is_not_written_over():
    result = CliRunner().invoke(app, ["new", "paper", "aevb"])
    assert result.exit_code == 2
    assert "there is" in result.output
