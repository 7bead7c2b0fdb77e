"""The bound of an autoencoder whose latents are codes: what the pixels cost given the codes, and what the codes cost.

An image has a grid of codes, whole numbers from 0 to K - 1. Source: notebook 13, eq. 8 to 10; the prior over grids is
that of van den Oord et al. 2017 (arXiv 1711.00937), section 3.3.
"""

import numpy as np
from jaxtyping import Float, Int

from numpy_impl.operations import Array
from numpy_impl.shapes import PerImage

Grids = Int[np.ndarray, "batch height width"]
"""A code for every place of every image."""

OfEveryCode = Float[Array, "batch K height width"]
"""A number for each of the K codes at every place of every image."""


def cost_of_codes(logits: OfEveryCode, codes: Grids) -> PerImage:
    """-log p(codes) of every image, in nats: what it takes to send its grid of codes, added up over all places.

    p(k at a place | the places before it) is the softmax over k of the ``logits`` at that place. Exact also where
    logits are in the thousands, or p is too small for a float.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.take_along_axis(log_p, codes[:, None], axis=1).sum(axis=(1, 2, 3))


def negative_bound(distortion: PerImage, cost: PerImage, q: OfEveryCode) -> PerImage:
    """distortion + cost - entropy of q for every image, in nats: on average at least -log p(x).

    ``distortion`` is -log p(x | codes) and ``cost`` is -log p(codes), with codes drawn from ``q``, the probabilities
    of q(k at a place | x). An encoder that names one code has q = 1 for it and 0 for all others: no entropy.
    """
    log_q = np.log(np.where(q > 0, q, 1))
    return distortion + cost + (q * log_q).sum(axis=(1, 2, 3))
