"""Trained models that come with the course: each is what its recipe says, and can be made again."""

import numpy as np
import pytest

import course.lesson.models as models
from common.architecture import MLP
from common.checkpoint import load_checkpoint, save_checkpoint
from common.data import load
from common.errors import InvalidArgument
from common.level import open_level
from common.metrics import evaluate_elbo
from common.training.plan import TrainingPlan
from common.training.run import Run, records
from course.authoring.shipping import made, ship
from course.lesson import shipped

LAST_DIGIT = {np.float32: 1e-6, np.float16: 1e-3}  # of parameters near 1, as they are stored


@pytest.mark.parametrize("name", models.recipes())
def test_a_shipped_model_fits_its_recipe_and_reaches_the_bound_that_it_states(name):
    recipe, checkpoint = models.recipe(name), load_checkpoint(models.file_of(name))
    assert (checkpoint.plan, checkpoint.level) == (recipe.plan, recipe.level)
    images = load(recipe.plan.data).test.images
    if recipe.negative_elbo is not None:
        assert abs(-evaluate_elbo(shipped(name), images, recipe.plan.seed).elbo - recipe.negative_elbo) < 0.06


def test_every_file_of_parameters_has_a_recipe():
    assert {path.stem for path in models.FOLDER.glob("*.safetensors")} == set(models.recipes())


def test_a_shipped_model_is_the_same_at_every_level():
    z = np.random.default_rng(0).standard_normal((3, 10)).astype(np.float32)
    one, two = shipped("digits").sample(z), shipped("digits", level="lowlevel").sample(z)
    assert np.abs(one - two).max() < 1e-5


def test_a_model_without_a_recipe_is_refused_with_the_names_of_those_there_are():
    with pytest.raises(InvalidArgument, match=r"name: got 'faces', expected one of .*, digits, "):
        shipped("faces")


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A recipe of thirty steps, in a folder of its own."""
    recipe = models.Recipe(TrainingPlan(architecture=MLP(hidden=3, latents=2), epochs=2, batch_size=100), 200.0)
    monkeypatch.setattr(models, "FOLDER", tmp_path)
    monkeypatch.setattr(models, "recipes", lambda: {"tiny": recipe})
    return recipe


def test_shipping_writes_the_parameters_that_training_gives(tiny):
    ship("tiny")
    received, expected = shipped("tiny").params, made(tiny).state.parameters
    assert received.keys() == expected.keys()
    for name, value in received.items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, expected[name])


def test_training_does_not_go_on_from_parameters_alone(tiny, tmp_path):
    run = Run("numpy", open_level("numpy"), tiny.plan, load("digits").train, None, tmp_path)
    save_checkpoint(run.latest, made(tiny))
    with pytest.raises(InvalidArgument, match="with Adam's moments"):
        next(records(run))


@pytest.mark.parametrize("name", models.recipes())
@pytest.mark.trials(0, full=1)
def test_the_command_gives_the_parameters_again(name, trial):
    stored, last_digit = load_checkpoint(models.file_of(name)).state.parameters, LAST_DIGIT[models.recipe(name).stored]
    for part, value in made(models.recipe(name)).state.parameters.items():
        np.testing.assert_allclose(value, stored[part], rtol=last_digit, atol=last_digit, err_msg=part)
