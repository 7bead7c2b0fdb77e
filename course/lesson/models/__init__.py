"""Trained models that come with the course.

A recipe is a module in this folder, NAME.py, with a ``RECIPE``, or with ``RECIPES`` that differ in a number alone, by
their names; NAME.safetensors holds the parameters, which ``python -m course.authoring ship NAME`` makes again.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np

from common.checkpoint import load_checkpoint
from common.errors import InvalidArgument
from common.level import open_level
from common.model import Model, bind
from common.training.plan import TrainingPlan

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Recipe:
    """How a model is trained, and the negative ELBO that it reaches on the test images, in nats per image.

    ``noise`` multiplies the noise of training: with 0, z is mu, as in an autoencoder, which has no ELBO (None).
    ``stored`` is the precision of the file; half of it is enough where many models come together.
    """

    plan: TrainingPlan
    negative_elbo: float | None
    level: str = "numpy"
    noise: float = 1.0
    stored: type[np.floating] = np.float32


def recipes() -> dict[str, Recipe]:
    """Return all recipes by name."""
    found: dict[str, Recipe] = {}
    for name in (path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__"):
        module = vars(import_module(f"{__name__}.{name}"))
        found |= {name: module["RECIPE"]} if "RECIPE" in module else module["RECIPES"]
    return dict(sorted(found.items()))


def recipe(name: str) -> Recipe:
    """Return the recipe of this name.

    Raises
    ------
    InvalidArgument
        If there is none.
    """
    found = recipes()
    if name not in found:
        raise InvalidArgument("name", repr(name), f"one of {', '.join(found)}")
    return found[name]


def file_of(name: str) -> Path:
    """Return where the parameters of a recipe lie."""
    return FOLDER / f"{name}.safetensors"


def shipped(name: str, level: str | None = None) -> Model:
    """Return a trained model, at a level of the course (None: the one that trained it).

    Raises
    ------
    InvalidArgument
        If there is no recipe of this name, or no such level.
    """
    level = level or recipe(name).level
    checkpoint = load_checkpoint(file_of(name))
    return bind(open_level(level), checkpoint.state.parameters, checkpoint.plan.architecture.image_shape)
