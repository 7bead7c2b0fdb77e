"""The networks of van den Oord et al. 2017 (arXiv 1711.00937) and, with two levels, Razavi et al. 2019 (1906.00446).

Small networks for images of 28 x 28. Every grid of codes is `paper.vq_vae.quantizer`'s; the prior over codes is in
`paper.vq_vae.prior`, the experiment in `paper.vq_vae.experiment`.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.codebook import Quantized

Quantizers = list[Callable[[Tensor], Quantized]]
Images = Float[Tensor, "M 1 height width"]


class Residual(nn.Module):
    """x + W2 relu(W1 relu(x)): a 3 x 3 and a 1 x 1 convolution (section 4.1)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.W1 = nn.Conv2d(channels, channels // 2, 3, padding=1)
        self.W2 = nn.Conv2d(channels // 2, channels, 1)

    def forward(self, x: Float[Tensor, "M C h w"]) -> Float[Tensor, "M C h w"]:
        """Return x with what the block adds."""
        return x + self.W2(self.W1(x.relu()).relu())


def halve(inputs: int, channels: int) -> list[nn.Module]:
    """Return layers that halve height and width."""
    return [nn.Conv2d(inputs, channels, 4, stride=2, padding=1), nn.ReLU()]


def double(inputs: int, channels: int) -> list[nn.Module]:
    """Return layers that double height and width."""
    return [nn.ConvTranspose2d(inputs, channels, 4, stride=2, padding=1), nn.ReLU()]


def residuals(channels: int) -> list[nn.Module]:
    """Return two residual blocks, and the ReLU that they lack at the end."""
    return [Residual(channels), Residual(channels), nn.ReLU()]


class OneLevel(nn.Module):
    """One grid of codes of ``side`` rows and columns: 7 or 14, a quarter or a half of the image's."""

    def __init__(self, D: int, channels: int, side: int, seed: int) -> None:
        super().__init__()
        wide = 2 * channels
        down = {7: [*halve(1, channels), *halve(channels, wide)], 14: halve(1, wide)}[side]
        up = {7: [*double(wide, channels), *double(channels, 1)[:1]], 14: double(wide, 1)[:1]}[side]
        self.encoder = nn.Sequential(*down, *residuals(wide), nn.Conv2d(wide, D, 1))
        self.decoder = nn.Sequential(nn.Conv2d(D, wide, 3, padding=1), *residuals(wide), *up)
        draw_parameters(self, seed)

    def quantize(self, x: Images, quantizers: Quantizers) -> list[Quantized]:
        """Return the grid of codes."""
        return [quantizers[0](widened(self.encoder(x)))]

    def decode(self, z_q: list[Float[Tensor, "M D _ _"]]) -> Images:
        """Return logits, or means, of the pixels."""
        return widened(self.decoder(z_q[0]))


class TwoLevels(nn.Module):
    """A coarse grid, 7 x 7, for what is global, and a fine one, 14 x 14, for what the coarse one leaves out."""

    def __init__(self, D: int, channels: int, seed: int) -> None:
        super().__init__()
        wide = 2 * channels
        self.to_fine = nn.Sequential(*halve(1, wide), *residuals(wide))
        self.to_coarse = nn.Sequential(*halve(wide, wide), *residuals(wide), nn.Conv2d(wide, D, 1))
        self.from_coarse = nn.Sequential(nn.Conv2d(D, wide, 3, padding=1), *residuals(wide), *double(wide, D))
        self.merge = nn.Conv2d(wide + D, D, 1)
        self.enlarge = nn.ConvTranspose2d(D, D, 4, 2, 1)
        up = nn.ConvTranspose2d(wide, 1, 4, 2, 1)
        self.decoder = nn.Sequential(nn.Conv2d(2 * D, wide, 3, padding=1), *residuals(wide), up)
        draw_parameters(self, seed)

    def quantize(self, x: Images, quantizers: Quantizers) -> list[Quantized]:
        """Return the coarse grid, then the fine one, which knows the coarse one (algorithm 1)."""
        h = self.to_fine(x)
        coarse = quantizers[0](widened(self.to_coarse(h)))
        fine = self.merge(torch.cat([h, self.from_coarse(coarse.z_q)], 1))
        return [coarse, quantizers[1](widened(fine))]

    def decode(self, z_q: list[Float[Tensor, "M D _ _"]]) -> Images:
        """Return logits, or means, of the pixels from both grids."""
        return widened(self.decoder(torch.cat([self.enlarge(z_q[0]), z_q[1]], 1)))


# What an image costs, in nats: log p(x | z_q) is log sigmoid for 0 and 1, a Gaussian of fixed width for grey pixels.


def bernoulli_cost(output: Images, x: Images) -> Float[Tensor, " M"]:
    """Return -log p(x | z_q) of images of 0 and 1."""
    return F.binary_cross_entropy_with_logits(output, x, reduction="none").flatten(1).sum(1)


def gaussian_cost(output: Images, x: Images, sigma: float) -> Float[Tensor, " M"]:
    """Return -log p(x | z_q) of N(output, sigma^2), without its constant: squared errors over 2 sigma^2."""
    return (output - x).square().flatten(1).sum(1) / (2 * sigma**2)
