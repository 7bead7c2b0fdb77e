"""Two Gaussians for every latent, merged or compared, with autograd; `numpy_impl.ladder` has both with pullbacks.

Source of the merge: Sonderby et al. 2016 (arXiv 1602.02282).
"""

import torch
from jaxtyping import Float
from torch import Tensor


def precision_weighted_merge(
    mu_1: Float[Tensor, "*shape"],
    logvar_1: Float[Tensor, "*shape"],
    mu_2: Float[Tensor, "*shape"],
    logvar_2: Float[Tensor, "*shape"],
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """(mu, logvar) of the product of two Gaussians, normalised: precisions add up, and weigh the means."""
    share_1, share_2 = torch.sigmoid(logvar_2 - logvar_1), torch.sigmoid(logvar_1 - logvar_2)
    return share_1 * mu_1 + share_2 * mu_2, -torch.logaddexp(-logvar_1, -logvar_2)


def kl_between_gaussians(
    mu_q: Float[Tensor, "*shape"],
    logvar_q: Float[Tensor, "*shape"],
    mu_p: Float[Tensor, "*shape"],
    logvar_p: Float[Tensor, "*shape"],
) -> Float[Tensor, "*shape"]:
    """KL(N(mu_q, exp(logvar_q)) || N(mu_p, exp(logvar_p))) for every number by itself, in nats."""
    ratio = logvar_q - logvar_p
    return 0.5 * (torch.expm1(ratio) - ratio + (mu_q - mu_p) ** 2 * torch.exp(-logvar_p))
