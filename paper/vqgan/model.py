"""The autoencoder of Esser et al. 2021 (arXiv 2012.09841), section 3.1, in small.

E halves an image as often as there are ``widths``; at each place of what is left, the nearest of K codes stands for D
numbers; G takes the codes back to pixels. The adversary is in `paper.vqgan.adversary`, the perceptual distance in
`paper.vqgan.perceptual`, the transformer in `paper.vqgan.prior`.
"""

from collections.abc import Iterator
from itertools import pairwise

from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.codebook import Quantized, Quantizer

GROUPS = 8
"""Groups of a group norm."""


class Residual(nn.Module):
    """x + W2 silu(norm(W1 silu(norm(x))))."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1, self.W1 = nn.GroupNorm(GROUPS, channels), nn.Conv2d(channels, channels, 3, padding=1)
        self.norm2, self.W2 = nn.GroupNorm(GROUPS, channels), nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Float[Tensor, "M C h w"]) -> Float[Tensor, "M C h w"]:
        """Return x with what the block adds."""
        return x + self.W2(F.silu(self.norm2(self.W1(F.silu(self.norm1(x))))))


class Attention(nn.Module):
    """x + softmax(Q K^T / sqrt(C)) V: every place looks at all others, at the lowest resolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.QKV, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, x: Float[Tensor, "M C h w"]) -> Float[Tensor, "M C h w"]:
        """Return x with what every place has seen."""
        Q, K, V = self.QKV(self.norm(x)).flatten(2).mT.chunk(3, dim=2)
        seen = F.scaled_dot_product_attention(Q, K, V)
        return x + self.out(seen.mT.unflatten(2, x.shape[2:]))


def encoder(channels: int, widths: tuple[int, ...], D: int) -> nn.Sequential:
    """Return E: half of the height and width for each of the widths."""
    sizes = (channels, *widths)
    down = (layer for a, b in pairwise(sizes) for layer in (nn.Conv2d(a, b, 4, stride=2, padding=1), Residual(b)))
    return nn.Sequential(*down, *_lowest(widths[-1]), *_activated(widths[-1]), nn.Conv2d(widths[-1], D, 1))


def decoder(channels: int, widths: tuple[int, ...], D: int) -> nn.Sequential:
    """Return G: twice the height and width for each of the widths; its last layer is that of the adaptive weight."""
    first = nn.Conv2d(D, widths[-1], 3, padding=1)
    up = (layer for a, b in pairwise(widths[::-1]) for layer in (*_doubled(a, b), Residual(b)))
    last = nn.ConvTranspose2d(widths[0], channels, 4, stride=2, padding=1)
    return nn.Sequential(first, *_lowest(widths[-1]), Residual(widths[-1]), *up, *_activated(widths[0]), last)


def _lowest(channels: int) -> Iterator[nn.Module]:
    yield from (Residual(channels), Attention(channels))


def _activated(channels: int) -> Iterator[nn.Module]:
    yield from (nn.GroupNorm(GROUPS, channels), nn.SiLU())


def _doubled(inputs: int, outputs: int) -> Iterator[nn.Module]:
    yield from (nn.Upsample(scale_factor=2.0), nn.Conv2d(inputs, outputs, 3, padding=1))


class VQGAN(nn.Module):
    """E, a codebook and G, for pixels in [-1, 1]."""

    def __init__(self, channels: int, widths: tuple[int, ...], D: int, codebook: Quantizer, seed: int) -> None:
        super().__init__()
        self.E, self.G = encoder(channels, widths, D), decoder(channels, widths, D)
        draw_parameters(self, seed)
        self.codebook = codebook

    @property
    def last_layer(self) -> Tensor:
        """The kernel G_L of the last layer, whose gradients are compared (eq. 7)."""
        return self.G[-1].weight  # pyright: ignore[reportReturnType]

    def z_e(self, x: Float[Tensor, "M c H W"]) -> Float[Tensor, "M D h w"]:
        """Return the numbers that codes are to stand for."""
        return widened(self.E(x))

    def encode(self, x: Float[Tensor, "M c H W"]) -> Quantized:
        """Return the codes of images (eq. 2)."""
        return self.codebook(self.z_e(x))

    def decode(self, z_q: Float[Tensor, "M D h w"]) -> Float[Tensor, "M c H W"]:
        """Return pixels, most of them in [-1, 1]."""
        return widened(self.G(z_q))

    def forward(self, x: Float[Tensor, "M c H W"]) -> tuple[Float[Tensor, "M c H W"], Quantized]:
        """Return the reconstructions of images, and the codes that they are made of (eq. 3)."""
        found = self.encode(x)
        return self.decode(found.z_q), found

    def picture(self, codes: Int[Tensor, "M h w"]) -> Float[Tensor, "M c H W"]:
        """Return the pixels that a grid of codes stands for."""
        return self.decode(self.codebook.embed(codes))
