"""What belongs to the course, in a clone and in a plain folder, when somebody has worked there."""

import shutil
import subprocess
from pathlib import Path

import pytest

from common import tracked as module
from common.tracked import ROOT, tracked
from course.authoring.gate import form_problems
from course.workbook.exercise import find

COURSE = ("README.md", "course/demo/run.py", "exercises/02_x/README.md", "exercises/02_x/exercise.py")
LITTER = (
    "exercises/02_x/.ipynb_checkpoints/README-checkpoint.md",
    "exercises/02_x/__pycache__/exercise.cpython-311.pyc",
    "exercises/02_x/.DS_Store",
    "exercises/02_x/README.md~",
    "exercises/02_x/#README.md#",
    "exercises/02_x/.#README.md",
    "exercises/02_x/.README.md.swp",
    "exercises/02_x/exercise.py.orig",
    "exercises/02_x/exercise-Copy1.py",
    "exercises/02_x/Untitled.ipynb",
    "course/.ipynb_checkpoints/run-checkpoint.py",
    "vae_course.egg-info/PKG-INFO",
    ".idea/workspace.xml",
    "samples.png",
    "my_solutions/02_x.py",
    "my_notebooks/00_start_here.ipynb",
    "runs/numpy-digits-mlp-0/log.jsonl",
    "demo/data.png",
)
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed, so there is no clone")


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """A small course with the .gitignore of this one, in which somebody has worked."""
    for name in (*COURSE, *LITTER):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / ".gitignore", tmp_path)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


@pytest.fixture
def git(place):
    def run(*arguments: str) -> str:
        return subprocess.run(["git", "-C", str(place), *arguments], check=True, capture_output=True, text=True).stdout

    run("init", "-q")
    run("add", ".gitignore", *COURSE)
    return run


def names(place: Path, folder: str = ".", pattern: str = "*") -> set[str]:
    return {path.relative_to(place).as_posix() for path in tracked(place / folder, pattern)}


def test_in_a_plain_folder_what_is_left_behind_is_not_the_courses(place):
    assert names(place) == {".gitignore", *COURSE}
    assert names(place, "course", "*.py") == {"course/demo/run.py"}


@needs_git
def test_in_a_clone_a_file_that_git_does_not_know_is_not_the_courses(place, git):
    (place / "exercises" / "02_x" / "try.py").touch()
    assert names(place) == {".gitignore", *COURSE}
    assert names(place, "exercises/02_x", "*.py") == {"exercises/02_x/exercise.py"}


@needs_git
def test_a_file_that_git_knows_and_that_is_gone_is_not_there(place, git):
    (place / "README.md").unlink()
    assert names(place) == {".gitignore", *COURSE} - {"README.md"}


@needs_git
def test_git_does_not_offer_to_add_what_is_left_behind(git):
    assert git("status", "--porcelain", "--untracked-files=all").splitlines() == [
        f"A  {name}" for name in sorted([".gitignore", *COURSE])
    ]


def test_the_gate_passes_a_folder_in_which_somebody_has_worked_and_names_what_does_not_belong(tmp_path, monkeypatch):
    exercises = tmp_path / "exercises"
    shutil.copytree(find("02").folder.parent, exercises, ignore=shutil.ignore_patterns("__pycache__"))
    exercise = find("02", exercises)
    for name in LITTER:
        if name.startswith("exercises/02_x/"):
            path = exercise.folder / name.removeprefix("exercises/02_x/")
            path.parent.mkdir(exist_ok=True)
            path.touch()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert list(form_problems(exercise)) == []
    (exercise.folder / "notes.txt").touch()
    (exercise.folder / "README.md").unlink()
    assert list(form_problems(exercise)) == ["README.md is missing", "notes.txt belongs to nothing"]
