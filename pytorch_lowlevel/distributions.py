"""Likelihoods, the KL divergence and the reparameterisation, elementwise, in nats."""

from math import log, pi

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

LOG_2PI = log(2 * pi)


def bernoulli_log_likelihood(x: Float[Tensor, "*#shape"], logits: Float[Tensor, "*#shape"]) -> Float[Tensor, "*shape"]:
    """log p(x | logits) = x l + log sigmoid(-l) for x in {0, 1}; `F.logsigmoid` does not overflow.

    Source: Kingma & Welling 2013, appendix C.1, eq. 11.
    """
    return x * logits + F.logsigmoid(-logits)


def gaussian_log_likelihood(
    x: Float[Tensor, "*#shape"], mean: Float[Tensor, "*#shape"], logvar: Float[Tensor, "*#shape"]
) -> Float[Tensor, "*shape"]:
    """log N(x; mean, exp(logvar)) with its constant."""
    return -0.5 * (LOG_2PI + logvar + (x - mean) ** 2 * torch.exp(-logvar))


def gaussian_kl(mu: Float[Tensor, "*shape"], logvar: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """KL(N(mu, exp(logvar)) || N(0, 1)); source: Kingma & Welling 2013, appendix B."""
    return 0.5 * (mu**2 + torch.exp(logvar) - 1 - logvar)


def reparameterize(
    mu: Float[Tensor, "batch latents"],
    logvar: Float[Tensor, "batch latents"],
    eps: Float[Tensor, "*samples batch latents"],
) -> Float[Tensor, "*samples batch latents"]:
    """z = mu + sigma eps with sigma = exp(logvar / 2); source: Kingma & Welling 2013, section 2.4."""
    return mu + torch.exp(0.5 * logvar) * eps
