"""Tolstikhin et al. 2018, "Wasserstein auto-encoders" (arXiv 1711.01558): the networks and the two penalties.

Names are the paper's symbols: Q encodes, G decodes, D tells codes from the prior's points. z is a sample of the prior,
z_tilde one of codes. The experiment is in `paper.wae.experiment`.
"""

from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts import adversary
from paper.parts.blocks import convolutions, transposed_convolutions

SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Widths of the kernel, in units of 2 d_z: the authors' seven."""

Images = Float[Tensor, "n 1 28 28"]
Codes = Float[Tensor, "n d_z"]
Points = Float[Tensor, "m d_z"]


class Q(nn.Module):
    """The encoder: one code for an image or, with ``random`` codes, mean and log variance of a Gaussian."""

    def __init__(self, channels: int, d_z: int, *, random: bool) -> None:
        super().__init__()
        self.layers = convolutions(channels, 2 * d_z if random else d_z)

    def forward(self, x: Images) -> Float[Tensor, "n numbers"]:
        """Return the numbers that decide the codes."""
        return widened(self.layers(x))


class G(nn.Module):
    """The decoder: pixels between 0 and 1."""

    def __init__(self, channels: int, d_z: int) -> None:
        super().__init__()
        self.layers = transposed_convolutions(d_z, channels)

    def forward(self, z: Codes) -> Images:
        """Return an image for every code."""
        return widened(self.layers(z)).sigmoid()


class Encoded(NamedTuple):
    """Codes of images, and KL(Q(Z | X) || N(0, I)) of each image in nats, 0 where the code is not random."""

    z_tilde: Codes
    kl: Float[Tensor, " n"]


class Autoencoder(nn.Module):
    """Q and G, with batch norm: put into ``eval`` mode, an image has the same code in all company."""

    def __init__(self, channels: int, d_z: int, seed: int, *, random: bool = False) -> None:
        super().__init__()
        self.d_z, self.random = d_z, random
        self.Q, self.G = Q(channels, d_z, random=random), G(channels, d_z)
        draw_parameters(self, seed)

    def encode(self, x: Images, eps: Codes) -> Encoded:
        """Return the code of every image; a random one is made with eps ~ N(0, I), which others ignore."""
        if not self.random:
            z_tilde = self.Q(x)
            return Encoded(z_tilde, z_tilde.new_zeros(len(z_tilde)))
        mu, logvar = self.Q(x).chunk(2, dim=1)
        logvar = logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)
        kl = (mu.square() + logvar.exp() - logvar - 1).sum(1) / 2
        return Encoded(mu + (logvar / 2).exp() * eps, kl)


class D(nn.Sequential):
    """The discriminator: a logit of "this is a point of the prior". Four hidden layers, as the authors have it."""

    def __init__(self, d_z: int, hidden: int, seed: int) -> None:
        sizes = [d_z, *(4 * [hidden])]
        layers = [(nn.Linear(one, other), nn.ReLU()) for one, other in pairwise(sizes)]
        super().__init__(*(layer for pair in layers for layer in pair), nn.Linear(hidden, 1))
        draw_parameters(self, seed)


def cost(x: Images, y: Images) -> Float[Tensor, " n"]:
    """c(x, y) = |x - y|^2 of every image and its reconstruction."""
    return (x - y).square().flatten(1).sum(1)


# Algorithm 2, WAE-MMD.


def mmd(z_tilde: Codes, z: Points) -> Float[Tensor, ""]:
    """Estimate MMD(Q_Z, P_Z) without bias, with the sum of seven inverse multiquadratic kernels (section 2.2).

    No point is paired with itself, so the estimate may be below 0; the penalty then still has the right gradient.
    """
    return _of_different_points(z_tilde) + _of_different_points(z) - 2 * _kernel(z_tilde, z).mean()


def _of_different_points(z: Codes) -> Float[Tensor, ""]:
    pairs = len(z) * (len(z) - 1)
    return (_kernel(z, z) * (1 - torch.eye(len(z), dtype=z.dtype, device=z.device))).sum() / pairs


def _kernel(a: Codes, b: Points) -> Float[Tensor, "n m"]:
    """sum_s C_s / (C_s + |a - b|^2) of every pair, C_s = 2 d_z s: the authors' kernel for a prior of variance 1."""
    squared = a.square().sum(1, keepdim=True) + b.square().sum(1) - 2 * a @ b.T
    C = 2 * a.shape[1] * torch.tensor(SCALES, dtype=a.dtype, device=a.device)[:, None, None]
    return (C / (C + squared.clamp_min(0))).sum(0)


# Algorithm 1, WAE-GAN.


def discriminator_loss(discriminator: D, z_tilde: Codes, z: Points) -> Float[Tensor, ""]:
    """-log D(z) - log(1 - D(z_tilde)): the prior's points are real, codes are not. No gradient reaches Q."""
    return adversary.discriminator_loss(discriminator(z), discriminator(z_tilde.detach()))


def deception(discriminator: D, z_tilde: Codes) -> Float[Tensor, ""]:
    """-log D(z_tilde): what Q lowers, and D must not learn from."""
    return adversary.deception(discriminator(z_tilde))
