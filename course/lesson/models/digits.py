"""The VAE of the first notebooks: after 120 epochs its bound on the test images no longer rises."""

from common.architecture import MLP
from common.optimizer import AdamSettings
from common.training.plan import TrainingPlan
from course.lesson.models import Recipe

RECIPE = Recipe(
    TrainingPlan("digits", MLP(hidden=100, latents=10), adam=AdamSettings(2e-3), epochs=120, batch_size=50),
    negative_elbo=132.7,
)
