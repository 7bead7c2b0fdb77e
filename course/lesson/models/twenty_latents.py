"""A VAE of the explorer: twenty latents, beta 1."""

from dataclasses import replace

from common.architecture import MLP
from course.lesson.models.beta_1 import RECIPE as BETA_1

PLAN = replace(BETA_1.plan, architecture=MLP(hidden=128, latents=20))
RECIPE = replace(BETA_1, plan=PLAN, negative_elbo=132.5)
