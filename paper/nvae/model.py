"""NVAE (Vahdat & Kautz 2020, arXiv 2007.03898): the hierarchy, its residual posterior, and the balanced KL.

Names are the paper's: z_1, z_2, ... are groups of latents, small maps each, z_1 at the top and coarsest. A bottom-up
network r(x) goes through the image once; a top-down network h has p(z_l | z_<l) at every group, and with r's maps
q(z_l | x, z_<l). All figures are in nats per image, and of all 28x28 pixels: nothing is padded.
"""

from dataclasses import dataclass
from itertools import chain
from math import prod
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.nvae.cells import decoder_cell, down_cell, encoder_cell, up
from paper.nvae.residual import Normal, log_ratio, normal, residual, residual_kl
from paper.parts.bernoulli import log_likelihood


@dataclass(frozen=True)
class Sizes:
    """The network: ``channels`` at 14x14, twice as many at 7x7; ``groups`` at either resolution, the coarse first."""

    channels: int = 24
    expansion: int = 3
    latents: int = 8
    groups: tuple[int, int] = (2, 2)
    kernels: tuple[int, int] = (5, 5)

    @property
    def maps(self) -> list[tuple[int, int, int]]:
        """The shape of every group, from the top on."""
        return [
            (self.latents, side, side) for side, count in zip((7, 14), self.groups, strict=True) for _ in range(count)
        ]


# The objective.


def balance(kl: Float[Tensor, "L M"], sizes: Int64[Tensor, " L"], beta: float) -> Float[Tensor, " L"]:
    """Return gamma_l, the weights of the groups' KL while beta < 1: a group with less KL for its size pays less.

    They are proportional to E_x[KL_l] / size_l, with mean 1, and no gradient flows through them; once the warm-up is
    over they are 1, or the loss would be no bound (the paper's appendix; a hundredth of a nat is added as in the
    authors' code).
    """
    if beta >= 1:
        return torch.ones_like(kl[:, 0])
    gamma = (kl.detach().abs().mean(1) + 0.01) / sizes
    return gamma / gamma.mean()


# The hierarchy.


class Standard(nn.Module):
    """The prior of the first group: N(0, I) whatever h is."""

    def __init__(self, latents: int) -> None:
        super().__init__()
        self.moments = 2 * latents

    def forward(self, h: Float[Tensor, "M C h w"]) -> Float[Tensor, "M moments h w"]:
        """Return mu = 0 and log sigma = 0."""
        return h.new_zeros(len(h), self.moments, *h.shape[2:])


class Group(nn.Module):
    """z_l: what leads to it from the group above, p(z_l | z_<l), and q(z_l | x, z_<l) relative to p."""

    def __init__(self, channels: int, latents: int, way: nn.Module, *, first: bool) -> None:
        super().__init__()
        self.way = way
        conditional = nn.Sequential(nn.ELU(), nn.Conv2d(channels, 2 * latents, 1))
        self.p = Standard(latents) if first else conditional
        self.known = nn.Conv2d(channels, channels, 1)
        self.delta = nn.Sequential(nn.ELU(), nn.Conv2d(channels, 2 * latents, 3, padding=1))
        self.join = nn.Conv2d(channels + latents, channels, 1)

    def forward(self, h: Tensor, r: Tensor, eps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return h with z from q, and of every image KL(q to p) and log p(z) - log q(z)."""
        h = self.way(h)
        p, delta = self.distributions(h, r)
        h = self.join(torch.cat((h, residual(p, delta).sample(eps)), 1))
        return h, residual_kl(p, delta).flatten(1).sum(1), log_ratio(p, delta, eps).flatten(1).sum(1)

    def distributions(self, h: Tensor, r: Tensor) -> tuple[Normal, Normal]:
        """Return p(z_l | z_<l), and what x adds to it."""
        return normal(self.p(h)), normal(self.delta(r + self.known(h)))

    def generate(self, h: Tensor, eps: Tensor, temperature: float) -> Tensor:
        """Return h with z from p, its standard deviations multiplied by a temperature."""
        h = self.way(h)
        return self.join(torch.cat((h, normal(self.p(h)).sample(temperature * eps)), 1))


class Terms(NamedTuple):
    """Of every image and sample of the latents: log p(x | z), and for each group KL and log p(z) - log q(z)."""

    log_p_x: Float[Tensor, "M k"]
    kl: Float[Tensor, "L M k"]
    log_ratio: Float[Tensor, "L M k"]

    def bound(self) -> Float[Tensor, "M k"]:
        """Return log p(x | z) - sum_l KL_l (eq. 1)."""
        return self.log_p_x - self.kl.sum(0)

    def log_w(self) -> Float[Tensor, "M k"]:
        """Return log p(x, z) - log q(z | x), whose mean of exponentials estimates p(x)."""
        return self.log_p_x + self.log_ratio.sum(0)


class NVAE(nn.Module):
    """Bottom-up r, top-down h, and the logits of the pixels."""

    def __init__(self, size: Sizes, seed: int) -> None:
        super().__init__()
        C, E = size.channels, size.expansion
        (coarse, fine), (large, small) = size.groups, size.kernels
        self.shapes = size.maps
        self.sizes = torch.tensor([prod(shape) for shape in self.shapes])
        self.stem = nn.Conv2d(1, C, 4, stride=2, padding=1)
        coarsest = nn.Sequential(down_cell(C), encoder_cell(2 * C))
        rs = [encoder_cell(C) for _ in range(fine)], [coarsest, *(encoder_cell(2 * C) for _ in range(coarse - 1))]
        self.r = nn.ModuleList(chain(*rs))
        self.h_1 = nn.Parameter(torch.zeros(2 * C, 7, 7))
        finest = nn.Sequential(up(2 * C, C), decoder_cell(C, E, small))
        top = [nn.Identity(), *(decoder_cell(2 * C, E, large) for _ in range(coarse - 1))]
        rest = [finest, *(decoder_cell(C, E, small) for _ in range(fine - 1))]
        groups = [Group(2 * C, size.latents, way, first=way is top[0]) for way in top]
        self.z = nn.ModuleList([*groups, *(Group(C, size.latents, way, first=False) for way in rest)])
        self.x = nn.Sequential(decoder_cell(C, E, small), up(C, C // 2), nn.ELU(), nn.Conv2d(C // 2, 1, 3, padding=1))
        draw_parameters(self, seed)
        for group in self.groups():
            for moments in (*group.p.parameters(), *group.delta.parameters()):
                nn.init.zeros_(moments)  # q = p = N(0, I): Adamax would long remember the gradient of a huge KL

    @property
    def noise(self) -> int:
        """How many numbers are drawn for a sample of all groups."""
        return int(self.sizes.sum())

    def maps(self, eps: Float[Tensor, "n noise"]) -> list[Tensor]:
        """Return noise as maps, one for every group."""
        parts = eps.split(self.sizes.tolist(), 1)
        return [part.unflatten(1, shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def groups(self) -> list[Group]:
        """Return the groups, from the top on."""
        return [*self.z]  # pyright: ignore[reportReturnType]

    def bottom_up(self, x: Float[Tensor, "M 1 28 28"]) -> list[Tensor]:
        """Return what q of every group sees of the image, the first group's at first."""
        r, found = self.stem(2 * x - 1), []
        for way in self.r:
            r = way(r)
            found.append(r)
        return found[::-1]

    def forward(self, x: Float[Tensor, "M 1 28 28"], eps: Float[Tensor, "M k noise"]) -> Terms:
        """Return the terms of the bound for k samples of the latents of every image."""
        M, k = eps.shape[:2]
        h, kl, ratio = self.h_1.expand(M * k, *self.h_1.shape), [], []
        for group, r, noise in zip(self.groups(), self.bottom_up(x), self.maps(eps.flatten(0, 1)), strict=True):
            h, *found = group(h, r.repeat_interleave(k, 0), noise)
            kl.append(found[0])
            ratio.append(found[1])
        log_p_x = log_likelihood(widened(self.x(h)).reshape(M, k, -1), x.flatten(1))
        return Terms(log_p_x, *(torch.stack(values).unflatten(1, (M, k)) for values in (kl, ratio)))

    def generate(self, eps: Float[Tensor, "n noise"], temperature: float = 1.0) -> Float[Tensor, "n 1 28 28"]:
        """Return the logits of images with latents from the prior."""
        h = self.h_1.expand(len(eps), *self.h_1.shape)
        for group, noise in zip(self.groups(), self.maps(eps), strict=True):
            h = group.generate(h, noise, temperature)
        return widened(self.x(h))
