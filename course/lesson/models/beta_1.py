"""A VAE of the explorer: digits in a plane, beta 1; the others differ from it in beta alone."""

import numpy as np

from common.architecture import MLP
from common.optimizer import AdamSettings
from common.training.plan import TrainingPlan
from course.lesson.models import Recipe

RECIPE = Recipe(
    TrainingPlan("digits", MLP(hidden=128, latents=2), adam=AdamSettings(2e-3), epochs=80, batch_size=50),
    negative_elbo=150.3,
    stored=np.float16,
)
