"""Images drawn from a trained model."""

import numpy as np
from jaxtyping import UInt8

from common.model import Model


def generate(model: Model, count: int, rng: np.random.Generator) -> UInt8[np.ndarray, "count channels height width"]:
    """Draw images of 0 and 1: for each image z ~ N(0, I), then for each pixel x ~ Bernoulli(E[x | z]).

    ``model.sample`` gives E[x | z] in [0, 1], the probability that a pixel is 1. Every draw is independent of the
    others; all random numbers come from ``rng``. Source: Kingma & Welling 2013, section 2.1.
    """
    eps = rng.standard_normal((count, model.latents))
    probability = model.sample(eps)
    return (rng.random(probability.shape) < probability).astype(np.uint8)
