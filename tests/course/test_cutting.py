"""Starters and solutions are the course's own source, cut."""

import ast
from pathlib import Path

import numpy as np
import pytest

from course.checking.recognition import execute
from course.workbook.cutting import is_untouched, piece_of, solution_source, starter_source
from course.workbook.exercise import Exercise, Target, exercises, find, read_manifest


def exercise_of(*targets: tuple[str, str, str]) -> Exercise:
    parts = tuple(Target(*target) for target in targets)
    return Exercise(Path("exercises/98_made_up"), "Made up", 5, 1, (), parts, ("a", "b", "c"), 1, "", "", "core")


LINEAR = exercise_of(("numpy_impl.operations", "linear", "body"))
LINEAR_PULLBACK = exercise_of(("numpy_impl.operations", "linear", "pullback"))
SIGMOID = exercise_of(("numpy_impl.operations", "sigmoid", "value"))


@pytest.mark.parametrize("exercise", [LINEAR, LINEAR_PULLBACK, SIGMOID, *exercises()], ids=lambda e: e.slug)
def test_starter_and_solution_can_be_run_and_have_the_same_functions(exercise):
    starter, solution = (execute(make(exercise), "text") for make in (starter_source, solution_source))
    for target in exercise.targets:
        assert callable(getattr(starter, target.name))
        assert callable(getattr(solution, target.name))


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: e.slug)
def test_a_starter_keeps_signature_and_docstring_and_says_where_the_task_is(exercise):
    text = starter_source(exercise)
    assert f"exercises/{exercise.slug}/README.md" in text
    assert f"vae check {exercise.number}" in text
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            assert ast.get_docstring(node), node.name


@pytest.mark.parametrize("exercise", [one for one in exercises() if one.targets[0].cut == "body"], ids=lambda e: e.slug)
def test_the_cut_of_a_body_takes_its_comments_with_it(exercise):
    assert not [line for line in starter_source(exercise).splitlines() if line.strip().startswith("#")]


def test_the_cut_of_a_body_leaves_nothing_of_it():
    text = starter_source(LINEAR)
    assert "raise NotImplementedError" in text
    assert "@" not in text
    assert "def pullback" not in text


def test_the_cut_of_a_pullback_leaves_the_value():
    text = starter_source(LINEAR_PULLBACK)
    assert "return x @ weight.T + bias, pullback" in text
    assert "dy @ weight" not in text
    value, pullback = execute(text, "starter").linear(np.ones((3, 2)), np.ones((5, 2)), np.zeros(5))
    assert value.shape == (3, 5)
    with pytest.raises(NotImplementedError):
        pullback(value)


def test_the_cut_to_the_value_says_nothing_of_pullbacks():
    for text in (starter_source(SIGMOID), solution_source(SIGMOID)):
        assert "pullback" not in text.lower()
    assert execute(solution_source(SIGMOID), "solution").sigmoid(np.zeros(3)).tolist() == [0.5] * 3


def test_private_helpers_of_the_cut_part_are_withheld_and_those_of_the_kept_part_are_not():
    conv = exercise_of(("numpy_impl.convolution", "conv2d_of_data", "body"))
    assert "_to_patches" not in starter_source(conv)
    assert "_to_patches" in solution_source(conv)
    kept = exercise_of(("numpy_impl.convolution", "conv2d_of_data", "pullback"))
    assert "_to_patches" in starter_source(kept)


def test_every_starter_imports_numpy_so_that_a_learner_can_begin():
    assert "import numpy as np" in starter_source(LINEAR)


def test_layout_and_comments_do_not_count_as_a_beginning_and_code_does():
    text = starter_source(LINEAR)
    assert is_untouched(LINEAR, text.replace("\n\n", "\n\n# a thought\n", 1))
    assert not is_untouched(LINEAR, text.replace("raise NotImplementedError", "return x #"))
    assert not is_untouched(LINEAR, "def (")


def test_an_unknown_target_is_an_error():
    with pytest.raises(LookupError, match="no function"):
        piece_of(Target("numpy_impl.operations", "no_such", "body"))
    with pytest.raises(LookupError, match="no nested function"):
        piece_of(Target("numpy_impl.adam", "adam_step", "pullback"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title", "titel"),
        ("hints = [", "hints = [\n'',"),
        ('cut = "value"', 'cut = "half"'),
        ("[", ""),
        ('part = "core"', 'part = "more"'),
        ('part = "core"', ""),
    ],
)
def test_a_manifest_with_a_mistake_is_refused_by_its_path(tmp_path, old, new):
    text = (find("02").folder / "exercise.toml").read_text(encoding="utf-8")
    path = tmp_path / "exercise.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"exercise\.toml"):
        read_manifest(path)
