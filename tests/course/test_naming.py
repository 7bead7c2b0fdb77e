"""What a learner types: numbers, names, files and paths, with slips; and files that no exercise owns."""

import os

import pytest
from typer.testing import CliRunner

from common.errors import InvalidArgument
from course.cli import app
from course.notebook import check as check_in_a_notebook
from course.workbook.choosing import named_or_latest, strays
from course.workbook.cutting import solution_source, starter_source
from course.workbook.exercise import exercises, find

EXERCISE = find("02")
NAME = f"{EXERCISE.slug}.py"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "my_solutions"
    folder.mkdir()
    return folder


@pytest.fixture
def save(folder):
    """Write a file so that it is newer than all before it."""
    times = iter(range(1_000_000_000, 1_000_000_100))

    def save(name, text=""):
        (folder / name).write_text(text, encoding="utf-8")
        os.utime(folder / name, (next(times),) * 2)
        return folder / name

    return save


@pytest.fixture
def vae(folder):
    def run(*arguments, code=0):
        result = CliRunner().invoke(app, [*map(str, arguments), "--solutions", str(folder)], env={"COLUMNS": "300"})
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.mark.parametrize(
    "name",
    [
        "02",
        "2",
        " 02 ",
        "gaussian_kl",
        "Gaussian_KL",
        "GAUSSIAN",
        "02_gaussian_kl",
        "02_gaussian_kl.py",
        "my_solutions/02_gaussian_kl.py",
        "./my_solutions/02_gaussian_kl.py",
        "../my_solutions/02_gaussian_kl.py",
        r"my_solutions\02_gaussian_kl.py",
        r"C:\Users\me\vae\my_solutions\02_Gaussian_KL.PY",
        "exercises/02_gaussian_kl",
        "exercises/02_gaussian_kl/",
        "exercises/02_gaussian_kl/README.md",
        str(EXERCISE.folder),
    ],
)
def test_an_exercise_answers_to_its_number_its_name_its_file_and_its_folder(name):
    assert find(name) == EXERCISE


@pytest.mark.parametrize(
    ("name", "meant"),
    [("gausian_kl", "02_gaussian_kl"), ("reparametrize", "03_reparameterize"), ("02_my_kl.py", "02_gaussian_kl")],
)
def test_a_slip_is_answered_with_what_was_probably_meant(name, meant):
    with pytest.raises(InvalidArgument, match=f"Did you mean {meant}?"):
        find(name)


@pytest.mark.parametrize("name", ["77", "", "²", "xyzzy", "my_solutions/"])
def test_a_name_that_means_nothing_is_answered_with_the_range_and_the_command_that_lists_all(name):
    with pytest.raises(InvalidArgument, match=r"expected a number from 00 to \d\d, a name or a file.*vae progress"):
        find(name)


def test_a_name_that_several_exercises_have_is_answered_with_those():
    with pytest.raises(InvalidArgument, match=r"one of 02_gaussian_kl, 09_kl_and_\w+, 17_kl_warmup"):
        find("KL")


def test_every_command_that_takes_a_number_takes_a_file(vae, save):
    path = save(NAME, solution_source(EXERCISE))
    for command, words in {
        "start": "as you left it",
        "check": f"{EXERCISE.title}: passed",
        "hint": EXERCISE.hints[0],
        "next": find("01").title,
        "solution": "def gaussian_kl",
        "reset": "A fresh start",
    }.items():
        assert words in vae(command, path)


def test_hint_and_solution_without_a_number_are_about_the_exercise_saved_last(vae, save):
    save(f"{find('06').slug}.py", starter_source(find("06")))
    save(NAME, starter_source(EXERCISE))
    assert EXERCISE.hints[0] in vae("hint")
    assert "def gaussian_kl" in vae("solution", "--reveal")


def test_a_path_means_the_same_from_another_folder(save, folder, monkeypatch):
    save(NAME)
    for place, name in ((folder, NAME), (folder, f"./{NAME}"), (folder.parent, f"my_solutions/{NAME}")):
        monkeypatch.chdir(place)
        assert named_or_latest(name, folder) == EXERCISE
    monkeypatch.chdir(EXERCISE.folder)
    assert named_or_latest("exercise.py", folder) == EXERCISE


def test_a_file_with_the_right_name_in_another_folder_is_not_mistaken_for_the_answer(vae, folder):
    other = folder.parent / NAME
    other.touch()
    told = vae("check", other, code=2)
    assert f"expected your answer, {folder / NAME}" in told or "expected your answer, my_solutions" in told
    assert f'vae check 02 --solutions "{folder.parent}"' in told


@pytest.mark.parametrize(
    ("name", "like"), [("02_my_kl.py", "02_gaussian_kl.py"), ("foo.py", ".py"), ("02_gaussian_kl.py.txt", NAME)]
)
def test_a_file_that_no_exercise_owns_is_named_and_no_older_answer_is_checked_in_its_place(vae, save, name, like):
    save(NAME, solution_source(EXERCISE))
    stray = save(name, "def gaussian_kl(mu, logvar):\n    return 0 * mu\n")
    for arguments in (["check"], ["check", stray], ["hint"]):
        told = vae(*arguments, code=2)
        assert f"{name}, which belongs to no exercise" in told
        assert like in told
        assert "passed" not in told
    assert f"{name} belongs to no exercise and was not checked" in vae("check", "02")
    assert f"{name} belongs to no exercise and was not checked" in vae("check", "--all")


def test_a_file_that_no_exercise_owns_is_not_mentioned_once_the_answer_is_newer(vae, save):
    save("foo.py")
    save(NAME, solution_source(EXERCISE))
    assert "foo.py" not in vae("check")


def test_the_only_file_may_be_one_that_no_exercise_owns(vae, save):
    save("kl.py")
    assert "kl.py, which belongs to no exercise" in vae("check", code=2)


def test_hidden_files_backups_and_other_files_are_no_strays(save, folder):
    for name in (NAME, ".#02_gaussian_kl.py", "progress.json", "notes.txt"):
        save(name)
    assert strays(folder) == []


def test_in_a_notebook_a_name_may_be_a_file_as_well(save, folder, capsys):
    save(NAME, starter_source(EXERCISE))
    check_in_a_notebook(f"my_solutions/{NAME}", solutions=folder)
    assert f"{EXERCISE.title}: not started" in capsys.readouterr().out


def test_readme_says_which_file_the_first_start_writes():
    root = EXERCISE.folder.parent.parent
    first = min(exercises(), key=lambda one: (len(one.prerequisites), one.difficulty, one.minutes))
    page = (root / "README.md").read_text(encoding="utf-8")
    assert f"vae start            # writes my_solutions/{first.slug}.py" in page
    assert f"vae hint {first.number} " in page


@pytest.mark.parametrize(("given", "expected"), [("~/answers", "answers"), ("", "my_solutions")])
def test_the_variable_for_the_folder_of_answers_takes_a_home_and_counts_as_unset_when_empty(
    vae_process, given, expected
):
    program = "from course.workbook.answers import SOLUTIONS; print(SOLUTIONS.is_absolute(), SOLUTIONS.name)"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAE_SOLUTIONS", given)
        assert vae_process(program=program).stdout.split() == ["True", expected]
