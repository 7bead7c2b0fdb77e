"""Likelihoods, the KL divergence and the reparameterisation, each as value and pullback.

All are elementwise, in nats: the sums over pixels and over latents are made in `numpy_impl.vae`, once, where
they can be seen.
"""

from math import log, pi

import numpy as np
from jaxtyping import Float

from numpy_impl.operations import AnyShape, Array, Pullback, PullbackToMany
from numpy_impl.shapes import Latents

Cotangent = Float[Array, "*#shape"]
"""Of a term for every element; it may be broadcast to their shape."""

LOG_2PI = log(2 * pi)


def bernoulli_log_likelihood(
    x: Float[Array, "*#shape"], logits: Float[Array, "*#shape"]
) -> tuple[Float[Array, "*shape"], Pullback]:
    """log p(x | logits) = x l - log(1 + exp(l)) for x in {0, 1}, with its pullback dy -> dlogits.

    Exact for logits of any size. Source: Kingma & Welling 2013, appendix C.1, eq. 11.
    """
    # log(1 + exp(l)) = max(l, 0) + log(1 + exp(-|l|)), where the exponential cannot overflow
    decay = np.exp(-np.abs(logits))

    def pullback(dy: Cotangent) -> AnyShape:
        probability = np.maximum(decay, logits >= 0) / (1 + decay)
        return dy * (x - probability)

    return x * logits - np.maximum(logits, 0) - np.log1p(decay), pullback


def gaussian_log_likelihood(
    x: Float[Array, "*#shape"], mean: Float[Array, "*#shape"], logvar: Float[Array, "*#shape"]
) -> tuple[Float[Array, "*shape"], PullbackToMany]:
    """log N(x; mean, exp(logvar)) with its constant, and its pullback dy -> (dx, dmean, dlogvar).

    The cotangents have the shape of the value: arguments that were broadcast are summed by the caller.
    """
    precision = np.exp(-logvar)
    deviation = x - mean

    def pullback(dy: Cotangent) -> tuple[Array, Array, Array]:
        dmean = dy * deviation * precision
        return -dmean, dmean, dy * 0.5 * (deviation**2 * precision - 1)

    return -0.5 * (LOG_2PI + logvar + deviation**2 * precision), pullback


def gaussian_kl(
    mu: Float[Array, "*shape"], logvar: Float[Array, "*shape"]
) -> tuple[Float[Array, "*shape"], PullbackToMany]:
    """KL(N(mu, sigma^2) || N(0, 1)) with logvar = log sigma^2, for every number by itself; dy -> (dmu, dlogvar).

    Source: Kingma & Welling 2013, appendix B.
    """
    variance = np.exp(logvar)

    def pullback(dy: Cotangent) -> tuple[Array, Array]:
        return dy * mu, dy * 0.5 * (variance - 1)

    return 0.5 * (mu**2 + variance - 1 - logvar), pullback


def reparameterize(
    mu: Float[Array, "batch latents"],
    logvar: Float[Array, "batch latents"],
    eps: Float[Array, "*samples batch latents"],
) -> tuple[Float[Array, "*samples batch latents"], PullbackToMany]:
    """z = mu + sigma eps with logvar = log sigma^2, and its pullback dz -> (dmu, dlogvar).

    With a leading axis of samples in eps, z has one too. Source: Kingma & Welling 2013, section 2.4. The pullback is
    for one sample an image (no leading axis).
    """
    spread = np.exp(0.5 * logvar) * eps

    def pullback(dz: Latents) -> tuple[Array, Array]:
        return dz, dz * 0.5 * spread

    return mu + spread, pullback
