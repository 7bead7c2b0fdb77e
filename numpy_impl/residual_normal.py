"""The KL divergence of a posterior that is given relative to its prior, and its pullback.

Source: Vahdat & Kautz 2020 (arXiv 2007.03898), section 3.2.
"""

import numpy as np
from jaxtyping import Float

from numpy_impl.operations import AnyShape, Array, PullbackToMany


def residual_kl(
    logvar: Float[Array, "*shape"], delta_mu: Float[Array, "*shape"], delta_logvar: Float[Array, "*shape"]
) -> tuple[Float[Array, "*shape"], PullbackToMany]:
    """KL(q || p) for every number by itself, in nats, with its pullback dy -> (dlogvar, ddelta_mu, ddelta_logvar).

    The prior is p = N(mu, exp(logvar)), and the posterior q = N(mu + delta_mu, exp(logvar + delta_logvar)). mu does not
    matter. A KL near 0 keeps its digits: it is that of a posterior close to the prior, and most latents have one.
    """
    excess = np.expm1(delta_logvar)
    slope = delta_mu * np.exp(-logvar)

    def pullback(dy: AnyShape) -> tuple[Array, Array, Array]:
        return -0.5 * dy * delta_mu * slope, dy * slope, 0.5 * dy * excess

    return 0.5 * (delta_mu * slope + excess - delta_logvar), pullback
