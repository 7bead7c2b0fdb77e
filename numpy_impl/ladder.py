"""Two Gaussians for every latent of a hierarchy: merged into one, and compared by the KL divergence.

Both are elementwise, for numbers of any shape, and stay exact for log variances of any size: only differences of them
are exponentiated. Source of the merge: Sonderby et al. 2016 (arXiv 1602.02282).
"""

import numpy as np
from jaxtyping import Float

from numpy_impl.operations import AnyShape, Array, PullbackToMany


def precision_weighted_merge(
    mu_1: Float[Array, "*shape"],
    logvar_1: Float[Array, "*shape"],
    mu_2: Float[Array, "*shape"],
    logvar_2: Float[Array, "*shape"],
) -> tuple[tuple[Float[Array, "*shape"], Float[Array, "*shape"]], PullbackToMany]:
    """(mu, logvar) of the product of N(mu_1, exp(logvar_1)) and N(mu_2, exp(logvar_2)), normalised.

    Precisions, 1 / variance, add up; mu is the mean of mu_1 and mu_2, weighted by their precisions. The pullback takes
    two arguments, (dmu, dlogvar), and returns (dmu_1, dlogvar_1, dmu_2, dlogvar_2).
    """
    share_1 = np.exp(-np.logaddexp(0, logvar_1 - logvar_2))  # of the precision: 1 / (1 + variance_1 / variance_2)
    share_2 = np.exp(-np.logaddexp(0, logvar_2 - logvar_1))

    def pullback(dmu: AnyShape, dlogvar: AnyShape) -> tuple[Array, Array, Array, Array]:
        shifted = dmu * share_1 * share_2 * (mu_1 - mu_2)
        return dmu * share_1, dlogvar * share_1 - shifted, dmu * share_2, dlogvar * share_2 + shifted

    return (share_1 * mu_1 + share_2 * mu_2, -np.logaddexp(-logvar_1, -logvar_2)), pullback


def kl_between_gaussians(
    mu_q: Float[Array, "*shape"],
    logvar_q: Float[Array, "*shape"],
    mu_p: Float[Array, "*shape"],
    logvar_p: Float[Array, "*shape"],
) -> tuple[Float[Array, "*shape"], PullbackToMany]:
    """KL(N(mu_q, exp(logvar_q)) || N(mu_p, exp(logvar_p))) for every number by itself, in nats.

    The pullback takes dy to (dmu_q, dlogvar_q, dmu_p, dlogvar_p): both distributions are learnt.
    """
    excess = np.expm1(logvar_q - logvar_p)  # variance_q / variance_p - 1, with all its digits where it is small
    distance = mu_q - mu_p
    slope = distance * np.exp(-logvar_p)

    def pullback(dy: AnyShape) -> tuple[Array, Array, Array, Array]:
        dmu_q, dlogvar_q = dy * slope, 0.5 * dy * excess
        return dmu_q, dlogvar_q, -dmu_q, -dlogvar_q - 0.5 * dy * distance * slope

    return 0.5 * (excess - (logvar_q - logvar_p) + distance * slope), pullback
