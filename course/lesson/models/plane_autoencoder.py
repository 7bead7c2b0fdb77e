"""The autoencoder of notebook 00: the VAE of `plane` without noise and without a KL in the loss."""

from dataclasses import replace

from common.training.plan import BetaPlan
from course.lesson.models import Recipe
from course.lesson.models.plane import RECIPE as PLANE

RECIPE = Recipe(replace(PLANE.plan, objective=BetaPlan(beta=((0.0, 0.0),))), negative_elbo=None, noise=0.0)
