"""The VAE of notebook 00: digits in a plane, two latents."""

from common.architecture import MLP
from common.optimizer import AdamSettings
from common.training.plan import TrainingPlan
from course.lesson.models import Recipe

RECIPE = Recipe(
    TrainingPlan("digits", MLP(hidden=64, latents=2), adam=AdamSettings(2e-3), epochs=150, batch_size=50),
    negative_elbo=149.6,
)
