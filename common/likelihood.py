"""The likelihoods p(x | z) by name, and the parameter that one of them has.

The networks are the same for both, and E[x | z] is the sigmoid of the decoder's logits. Each level writes log p(x | z)
in its own module `likelihood`; what a likelihood takes for x is in `common.pixels`.
"""

from collections.abc import Collection
from math import log
from typing import Literal

Family = Literal["bernoulli", "gaussian"]

NOISE = "likelihood.noise"
"""The one parameter of the Gaussian: with it, sigma^2 of every pixel is exp(logvar), where
``logvar = NOISE_LOGVAR_MIN + softplus(NOISE_LOGVAR_START - NOISE_LOGVAR_MIN + NOISE_GAIN * noise)``."""

GREY_LEVELS = 256
NOISE_LOGVAR_MIN = -log(12 * GREY_LEVELS**2)
"""The variance of what is uniform within one grey level: no sigma^2 is smaller, as no decoder predicts that part."""

NOISE_LOGVAR_START = 2 * log(0.1)
"""Where training starts, noise = 0: sigma is a tenth of the way from black to white."""

NOISE_GAIN = 10.0
"""Adam moves a parameter by about its step size at each step: 1e-3 alone would need 1000 steps to move logvar by 1."""

PARAMETERS: dict[Family, dict[str, tuple[int, ...]]] = {"bernoulli": {}, "gaussian": {NOISE: (1,)}}
"""The shapes of what a likelihood has beside the parameters of the networks."""


def likelihood_of(names: Collection[str]) -> Family:
    """Return the likelihood of a model that has parameters of these names."""
    return "gaussian" if NOISE in names else "bernoulli"
