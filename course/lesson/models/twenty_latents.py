"""A VAE of the explorer: twenty latents, beta 1."""

from dataclasses import replace

from common.architecture import MLP
from course.lesson.models import beta

BETA_1 = beta.RECIPES["beta_1"]
PLAN = replace(BETA_1.plan, architecture=MLP(hidden=128, latents=20))
RECIPE = replace(BETA_1, plan=PLAN, negative_elbo=132.5)
