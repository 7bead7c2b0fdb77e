"""The residual Normal posterior of NVAE (section 3.2): q(z_l | x, z_<l) relative to p(z_l | z_<l), and its KL."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from paper.kit.precision import widened


def soft_clamp(x: Tensor) -> Tensor:
    """Return 5 tanh(x / 5): close to x around 0, and always within [-5, 5], so that no sigma is 0 or infinite."""
    return 5 * torch.tanh(x / 5)


class Normal(NamedTuple):
    """N(mu, sigma^2) of every latent."""

    mu: Float[Tensor, "*shape"]
    log_sigma: Float[Tensor, "*shape"]

    def sample(self, eps: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return z = mu + sigma eps."""
        return self.mu + self.log_sigma.exp() * eps


def normal(moments: Float[Tensor, "M two_c h w"]) -> Normal:
    """Return the distribution whose mu and log sigma are the two halves of the channels, softly clamped."""
    return Normal(*soft_clamp(widened(moments)).chunk(2, dim=1))


def residual(p: Normal, delta: Normal) -> Normal:
    """Return q = N(mu + delta mu, (sigma delta sigma)^2): where nothing is added, q is p (section 3.2)."""
    return Normal(p.mu + delta.mu, p.log_sigma + delta.log_sigma)


def residual_kl(p: Normal, delta: Normal) -> Float[Tensor, "*shape"]:
    """Return KL(q to p) of every latent: 1/2 (delta mu^2 / sigma^2 + delta sigma^2 - log delta sigma^2 - 1)."""
    scaled = delta.mu * (-p.log_sigma).exp()
    return 0.5 * (scaled**2 + torch.expm1(2 * delta.log_sigma) - 2 * delta.log_sigma)


def log_ratio(p: Normal, delta: Normal, eps: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return log p(z) - log q(z) of z = mu_q + sigma_q eps; its expectation is -KL."""
    in_p = delta.mu * (-p.log_sigma).exp() + delta.log_sigma.exp() * eps
    return 0.5 * (eps**2 - in_p**2) + delta.log_sigma
