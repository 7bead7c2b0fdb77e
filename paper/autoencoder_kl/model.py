"""The autoencoder of Rombach et al. 2022 (arXiv 2112.10752), section 3.1: KL-regularised, as in Stable Diffusion.

It is a variational autoencoder whose latents are a small image: E takes x in [-1, 1], shape (3, H, W), to z, shape
(c, h, w), with h = H / f and w = W / f, and D takes z back to pixels, not to logits. Modules have the names that the
library diffusers gives them, so that its weights can be loaded.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from paper.kit.precision import widened

EPSILON = 1e-6  # what a group norm adds to the variance; torch's own is ten times as much


@dataclass(frozen=True)
class Configuration:
    """Sizes, by default those of Stable Diffusion; ``widths`` are the channels at each resolution, the finest first."""

    widths: tuple[int, ...] = (128, 256, 512, 512)
    channels: int = 3
    latents: int = 4
    blocks: int = 2
    groups: int = 32
    attention: bool = True

    @property
    def f(self) -> int:
        """How many rows of the image are one row of the latents (section 3.1)."""
        return 2 ** (len(self.widths) - 1)


class Posterior(NamedTuple):
    """q(z | x) = N(mean, exp(logvar)), independent at every place and channel."""

    mean: Float[Tensor, "n c h w"]
    logvar: Float[Tensor, "n c h w"]

    def sample(self, eps: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        """Return z = mean + sigma eps."""
        return self.mean + (self.logvar / 2).exp() * eps

    def kl(self) -> Float[Tensor, " n"]:
        """Return KL(q(z | x) to N(0, I)) of every image, in nats: a sum over places and channels, not a mean."""
        return (self.mean**2 + self.logvar.exp() - 1 - self.logvar).flatten(1).sum(1) / 2


# Blocks.


class ResnetBlock(nn.Module):
    """x + W2 silu(norm(W1 silu(norm(x)))); a 1x1 convolution takes x along where the channels change."""

    def __init__(self, inputs: int, outputs: int, groups: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs, EPSILON)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, outputs, EPSILON)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Float[Tensor, "n inputs h w"]) -> Float[Tensor, "n outputs h w"]:
        """Return x with what the block adds."""
        h = self.conv1(F.silu(self.norm1(x)))
        return self.conv_shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    """x + softmax(Q K^T / sqrt(C)) V: every place looks at all others, with one head."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.group_norm = nn.GroupNorm(groups, channels, EPSILON)
        self.to_q, self.to_k, self.to_v = (nn.Linear(channels, channels) for _ in range(3))
        self.to_out = nn.Sequential(nn.Linear(channels, channels))

    def forward(self, x: Float[Tensor, "n C h w"]) -> Float[Tensor, "n C h w"]:
        """Return x with what the block adds."""
        places = self.group_norm(x).flatten(2).mT
        seen = F.scaled_dot_product_attention(self.to_q(places), self.to_k(places), self.to_v(places))
        return x + self.to_out(seen).mT.unflatten(2, x.shape[2:])


class Middle(nn.Module):
    """Two residual blocks at the lowest resolution, with attention between them."""

    def __init__(self, width: int, size: Configuration) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(ResnetBlock(width, width, size.groups) for _ in range(2))
        self.attentions = nn.ModuleList(Attention(width, size.groups) for _ in range(size.attention))

    def forward(self, x: Float[Tensor, "n C h w"]) -> Float[Tensor, "n C h w"]:
        """Return x after the blocks."""
        first, second = self.resnets
        return nn.Sequential(first, *self.attentions, second)(x)


def downsample(channels: int) -> nn.Sequential:
    """Return a convolution of stride 2, padded on the right and below only.

    Output i sees the rows 2i, 2i + 1, 2i + 2; only the last misses one. With the usual padding of 1 on both sides it
    would see 2i - 1, 2i, 2i + 1: an image of the same size, moved by a row of the finer grid, at every level anew.
    Weights trained without that then seem to work still, and the latents are wrong.
    """
    conv = nn.Conv2d(channels, channels, 3, stride=2)
    return nn.Sequential(OrderedDict(pad=nn.ZeroPad2d((0, 1, 0, 1)), conv=conv))


def upsample(channels: int) -> nn.Sequential:
    """Return every pixel four times, and a convolution."""
    conv = nn.Conv2d(channels, channels, 3, padding=1)
    return nn.Sequential(OrderedDict(copies=nn.Upsample(scale_factor=2.0), conv=conv))


def _levels(widths: tuple[int, ...], blocks: int, groups: int, **way: Callable[[int], nn.Sequential]) -> nn.Sequential:
    """Return residual blocks at each resolution, and between two of them the way, under its name in diffusers."""
    levels = []
    for before, width in pairwise((widths[0], *widths)):
        resnets = (ResnetBlock(width if i else before, width, groups) for i in range(blocks))
        ways = {name: nn.Sequential(step(width)) for name, step in way.items() if len(levels) + 1 < len(widths)}
        levels.append(nn.Sequential(OrderedDict(resnets=nn.Sequential(*resnets), **ways)))
    return nn.Sequential(*levels)


# Section 3.1: E and D.


class Encoder(nn.Module):
    """E: the moments of q(z | x), two numbers for each latent."""

    def __init__(self, size: Configuration) -> None:
        super().__init__()
        widths = size.widths
        self.conv_in = nn.Conv2d(size.channels, widths[0], 3, padding=1)
        self.down_blocks = _levels(widths, size.blocks, size.groups, downsamplers=downsample)
        self.mid_block = Middle(widths[-1], size)
        self.conv_norm_out = nn.GroupNorm(size.groups, widths[-1], EPSILON)
        self.conv_out = nn.Conv2d(widths[-1], 2 * size.latents, 3, padding=1)

    def forward(self, x: Float[Tensor, "n channels H W"]) -> Float[Tensor, "n moments h w"]:
        """Return the moments before the last linear map."""
        h = self.mid_block(self.down_blocks(self.conv_in(x)))
        return self.conv_out(F.silu(self.conv_norm_out(h)))


class Decoder(nn.Module):
    """D: pixels from latents; one residual block more at each resolution than E has."""

    def __init__(self, size: Configuration) -> None:
        super().__init__()
        widths = size.widths[::-1]
        self.conv_in = nn.Conv2d(size.latents, widths[0], 3, padding=1)
        self.mid_block = Middle(widths[0], size)
        self.up_blocks = _levels(widths, size.blocks + 1, size.groups, upsamplers=upsample)
        self.conv_norm_out = nn.GroupNorm(size.groups, widths[-1], EPSILON)
        self.conv_out = nn.Conv2d(widths[-1], size.channels, 3, padding=1)

    def forward(self, z: Float[Tensor, "n c h w"]) -> Float[Tensor, "n channels H W"]:
        """Return pixels, most of them in [-1, 1]."""
        h = self.up_blocks(self.mid_block(self.conv_in(z)))
        return self.conv_out(F.silu(self.conv_norm_out(h)))


class AutoencoderKL(nn.Module):
    """E and D, with a linear map of the channels between each of them and the latents."""

    def __init__(self, size: Configuration) -> None:
        super().__init__()
        self.size = size
        self.encoder, self.decoder = Encoder(size), Decoder(size)
        self.quant_conv = nn.Conv2d(2 * size.latents, 2 * size.latents, 1)
        self.post_quant_conv = nn.Conv2d(size.latents, size.latents, 1)

    def encode(self, x: Float[Tensor, "n channels H W"]) -> Posterior:
        """Return q(z | x) for pixels in [-1, 1]; H and W are multiples of f."""
        mean, logvar = widened(self.quant_conv(self.encoder(x))).chunk(2, dim=1)
        return Posterior(mean, logvar.clamp(-30, 20))

    def decode(self, z: Float[Tensor, "n c h w"]) -> Float[Tensor, "n channels H W"]:
        """Return pixels for latents as `encode` gives them, not scaled."""
        return widened(self.decoder(self.post_quant_conv(z)))


def loss(
    model: AutoencoderKL, x: Float[Tensor, "n channels H W"], eps: Float[Tensor, "n c h w"], kl_weight: float
) -> Float[Tensor, " n"]:
    """Return |x - D(z)|, a sum over pixels, + kl_weight KL, a sum over latents, of every image (section 3.1).

    The paper adds a perceptual and an adversarial part (appendix G), which are left out here.
    """
    q = model.encode(x)
    return (x - model.decode(q.sample(eps))).abs().flatten(1).sum(1) + kl_weight * q.kl()
