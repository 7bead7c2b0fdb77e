"""The KL divergence of a posterior relative to its prior; `numpy_impl.residual_normal` has the same with its pullback.

Source: Vahdat & Kautz 2020 (arXiv 2007.03898), section 3.2.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def residual_kl(
    logvar: Float[Tensor, "*shape"], delta_mu: Float[Tensor, "*shape"], delta_logvar: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """KL(q || p) of q = N(mu + delta_mu, exp(logvar + delta_logvar)) and p = N(mu, exp(logvar)), in nats."""
    return 0.5 * (delta_mu.square() * torch.exp(-logvar) + torch.expm1(delta_logvar) - delta_logvar)
