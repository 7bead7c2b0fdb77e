"""What comes with the course and takes minutes to make: trained models, and the arrays of studies."""

from dataclasses import replace
from pathlib import Path

from common.checkpoint import Checkpoint, save_checkpoint
from common.data import load
from common.level import open_level
from common.state import TrainingState, initial_state
from common.training.loop import batches, train
from course.lesson.kept import keep
from course.lesson.models import Recipe, file_of, recipe
from course.lesson.studies import studies, study


def ship(name: str) -> Path:
    """Train by a recipe, and write the parameters beside it, or keep the arrays of a study; return the file.

    Raises
    ------
    InvalidArgument
        If there is no recipe and no study of this name.
    OperationFailed
        If a parameter is not finite, or the file cannot be written.
    """
    if name in studies():
        return keep(name, study(name)())
    save_checkpoint(file_of(name), made(recipe(name)))
    return file_of(name)


def made(recipe: Recipe) -> Checkpoint:
    """Train by a recipe; what comes of it holds the parameters alone, from which no training can go on.

    Training is done in float64 and stored in the recipe's precision. In float32 the last digit, in which processors
    differ, grows within thousands of steps to another solution; in float64 it stays below what is stored.
    """
    plan = replace(recipe.plan, precision="float64")
    learner = open_level(recipe.level).start(
        plan.architecture, initial_state(plan.architecture, plan.seed, plan.dtype), plan.adam
    )
    steps = (step._replace(eps=recipe.noise * step.eps) for step in batches(load(plan.data).train, plan))
    for _ in train(learner, steps, plan.objective.at):
        pass
    state = learner.state()
    parameters = {name: value.astype(recipe.stored) for name, value in state.parameters.items()}
    return Checkpoint(recipe.level, recipe.plan, TrainingState(parameters, {}, {}, state.step))
