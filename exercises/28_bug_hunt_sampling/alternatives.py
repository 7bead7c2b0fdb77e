"""Right answers to exercise 28 in other styles; each draws in another order, so its images are others."""

import numpy as np


class CoinsFirst:
    """The numbers for the pixels before those for z."""

    @staticmethod
    def generate(model, count, rng):
        coins = rng.random((count, *model.image_shape))
        z = rng.normal(size=(model.latents, count)).T
        return np.where(coins < model.sample(z), 1, 0)


class Binomial:
    """NumPy's own Bernoulli draw, from logits."""

    @staticmethod
    def generate(model, count, rng):
        z = rng.multivariate_normal(np.zeros(model.latents), np.eye(model.latents), size=count)
        logits = model.level.decode(model.params, z, model.image_shape)
        return rng.binomial(1, 1 / (1 + np.exp(-logits))).astype(np.float32)


class InChunks:
    """A few images at a time, 1 where a logistic number is below the logit."""

    @staticmethod
    def generate(model, count, rng):
        images = np.empty((count, *model.image_shape), bool)
        for start in range(0, count, 700):
            part = images[start : start + 700]
            z = rng.standard_normal((len(part), model.latents))
            part[:] = rng.logistic(size=part.shape) < model.level.decode(model.params, z, model.image_shape)
        return images
