"""A VAE of the explorer: digits in a plane, beta 2."""

from dataclasses import replace

from common.training.plan import BetaPlan
from course.lesson.models.beta_1 import RECIPE as BETA_1

PLAN = replace(BETA_1.plan, objective=BetaPlan(beta=((0.0, 2.0),)))
RECIPE = replace(BETA_1, plan=PLAN, negative_elbo=151.0)
