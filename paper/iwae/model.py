"""The model of Burda et al. 2015 (arXiv 1509.00519): its networks and objectives; their use is in `paper.iwae`.

Names are the paper's symbols: h are the latents (h1 next to x, h2 above it), k samples of them are drawn for each
image, w are the importance weights. Equation numbers stand beside the lines. All figures are in nats per image.
"""

from math import log
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.distributions import Normal

from common.streams import Stream, normal
from paper.kit.health import kl_per_latent
from paper.parts.bernoulli import log_likelihood as bernoulli
from paper.parts.blocks import two_layers

# Section 5: the networks. Every block has two hidden layers of tanh units.


class Gaussian(nn.Module):
    """N(mu, sigma^2) of its argument, sigma = exp of a linear function."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.hidden = two_layers(inputs, hidden, nn.Tanh)
        self.mu, self.log_sigma = nn.Linear(hidden, outputs), nn.Linear(hidden, outputs)

    def forward(self, x: Float[Tensor, "*n inputs"]) -> Normal:
        """Return the distribution, in the precision of x at least."""
        a = self.hidden(x)
        return Normal(self.mu(a).to(x.dtype), self.log_sigma(a).to(x.dtype).exp(), validate_args=False)


class Model(nn.Module):
    """q(h | x) = q(h1 | x) q(h2 | h1) (eq. 2) and p(x, h) = p(h2) p(h1 | h2) p(x | h1) (eq. 1), one or two layers."""

    def __init__(self, layers: Literal[1, 2], images: UInt8[np.ndarray, "N 1 h w"], seed: int = 0) -> None:
        super().__init__()
        mean = torch.from_numpy(images.mean(axis=0).ravel() / 255).clamp(0.001, 0.999)
        D = len(mean)
        sizes = {1: (50,), 2: (100, 50)}[layers]
        self.sizes = sizes
        self.q = nn.ModuleList([Gaussian(D, 200, sizes[0]), *(Gaussian(100, 100, 50) for _ in sizes[1:])])
        self.p = nn.ModuleList([Gaussian(50, 100, 100) for _ in sizes[1:]])
        logits = nn.Linear(200, D)
        self.x = nn.Sequential(two_layers(sizes[0], 200, nn.Tanh), logits)
        for index, (name, parameter) in enumerate(self.named_parameters()):
            parameter.data.copy_(torch.from_numpy(_glorot(name, tuple(parameter.shape), seed, index)))
        logits.bias.data.copy_(mean.logit())

    def forward(self, x: Float[Tensor, "M D"], eps: Float[Tensor, "k M noise"]) -> Float[Tensor, "k M"]:
        """Return log w = log p(x, h) - log q(h | x) of every sample."""
        log_w, below = x.new_zeros(()), x[:, None]
        h = []
        for q, noise in zip(self.q, eps.transpose(0, 1).split(self.sizes, dim=-1), strict=True):
            given_below = q(below)
            below = given_below.loc + given_below.scale * noise
            h.append(below)
            log_w = log_w - given_below.log_prob(below).sum(-1)
        prior = Normal(x.new_zeros(()), x.new_ones(()), validate_args=False)  # on x's device, or no graph captures it
        log_w = log_w + prior.log_prob(h[-1]).sum(-1)
        for p, lower, upper in zip(self.p, h, h[1:], strict=False):
            log_w = log_w + p(upper).log_prob(lower).sum(-1)
        return (log_w + bernoulli(self.x(h[0]), x)).transpose(0, 1)


@torch.no_grad()
def kl_of_layers(model: Model, x: Float[Tensor, "M D"], eps: Float[Tensor, "M noise"]) -> dict[str, Tensor]:
    """Return the KL divergence of every layer, estimated with one sample of h, and that of each latent of the top."""
    q, h, below = [], [], x
    for layer, noise in zip(model.q, eps.split(model.sizes, dim=-1), strict=True):
        q.append(layer(below))
        below = q[-1].loc + q[-1].scale * noise
        h.append(below)
    of_top = kl_per_latent(q[-1])
    lower = zip(q, model.p, h, h[1:], strict=False)
    of_lower = [(q_h.log_prob(at) - p(above).log_prob(at)).sum(-1).mean() for q_h, p, at, above in lower]
    return {"kl_per_level": torch.stack([*of_lower, of_top.sum()]), "kl_per_latent": of_top}


def _glorot(name: str, shape: tuple[int, ...], seed: int, index: int) -> np.ndarray:
    """Return weights of variance 2 / (fan in + fan out), and biases of 0."""
    if name.endswith("bias"):
        return np.zeros(shape)
    return normal(seed, Stream.INITIAL, index, shape) * np.sqrt(2 / sum(shape))


# Sections 2 and 3: the objectives, one value an image.


def elbo(log_w: Float[Tensor, "k M"]) -> Float[Tensor, " M"]:
    """Return the mean of k estimates of the ELBO (eq. 3)."""
    return log_w.mean(0)


def L_k(log_w: Float[Tensor, "k M"]) -> Float[Tensor, " M"]:  # noqa: N802
    """Return log (1/k) sum_i w_i (eq. 8); its gradient weighs sample i by w_i / sum_j w_j (eq. 14)."""
    return log_w.logsumexp(0) - log(len(log_w))
