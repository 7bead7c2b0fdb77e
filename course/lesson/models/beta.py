"""The VAEs of the explorer: digits in a plane, alike in everything but beta."""

import numpy as np

from common.architecture import MLP
from common.optimizer import AdamSettings
from common.training.plan import BetaPlan, TrainingPlan
from course.lesson.models import Recipe


def at(beta: float, negative_elbo: float) -> Recipe:
    """Return the recipe for a beta."""
    plan = TrainingPlan(
        "digits",
        MLP(hidden=128, latents=2),
        objective=BetaPlan(beta=((0.0, beta),)),
        adam=AdamSettings(2e-3),
        epochs=80,
        batch_size=50,
    )
    return Recipe(plan, negative_elbo, stored=np.float16)


RECIPES = {
    "beta_0_1": at(0.1, 152.7),
    "beta_0_5": at(0.5, 150.5),
    "beta_1": at(1.0, 150.3),
    "beta_2": at(2.0, 151.0),
    "beta_4": at(4.0, 152.3),
    "beta_16": at(16.0, 172.3),
}
