"""The second stage: a small diffusion model of the latents (Rombach et al. 2022, section 3.2).

Time is an angle t from START to END: z_t = cos(t) z + sin(t) eps, the cosine schedule of Nichol & Dhariwal 2021. Some
of z is left at END, as in Stable Diffusion, but samples begin at noise alone. That does no harm while z is small beside
the noise there: one of the reasons why latents are scaled.
"""

from itertools import pairwise
from math import acos, cos, pi, sin, sqrt

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from paper.kit.precision import widened
from paper.parts.denoiser import FREQUENCIES, Block, waves

START = pi / 2 * 0.008 / 1.008
"""The angle at which Nichol & Dhariwal begin."""

END = acos(sqrt(0.0047))
"""The angle at which cos^2 is as small as the last of Stable Diffusion's alpha_bar."""


class Denoiser(nn.Module):
    """eps_theta(z_t, t): a small U-Net of two resolutions."""

    def __init__(self, latents: int, width: int) -> None:
        super().__init__()
        times = 4 * width
        self.time = nn.Sequential(nn.Linear(2 * FREQUENCIES, times), nn.SiLU(), nn.Linear(times, times), nn.SiLU())
        self.first = nn.Conv2d(latents, width, 3, padding=1)
        self.above = nn.ModuleList(Block(width, width, times) for _ in range(2))
        self.down = nn.Conv2d(width, 2 * width, 2, stride=2)
        self.below = nn.ModuleList(Block(2 * width, 2 * width, times) for _ in range(3))
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.after = nn.ModuleList(Block(inputs, width, times) for inputs in (2 * width, width))
        self.norm, self.last = nn.GroupNorm(8, width), nn.Conv2d(width, latents, 3, padding=1)

    def forward(self, z_t: Float[Tensor, "n c h w"], t: Float[Tensor, " n"]) -> Float[Tensor, "n c h w"]:
        """Return the noise in z_t, as far as it can be told."""
        time = self.time(waves(t))
        x = self.first(z_t)
        for block in self.above:
            x = block(x, time)
        y = self.down(x)
        for block in self.below:
            y = block(y, time)
        x = torch.cat([x, self.up(y)], 1)
        for block in self.after:
            x = block(x, time)
        return widened(self.last(F.silu(self.norm(x))))


def loss(
    denoiser: nn.Module, z: Float[Tensor, "n c h w"], u: Float[Tensor, " n"], eps: Float[Tensor, "n c h w"]
) -> Float[Tensor, ""]:
    """Return the mean squared error of the noise at random times, ``u`` uniform on [0, 1) (eq. 2)."""
    t = START + (END - START) * u
    c, s = t.cos()[:, None, None, None], t.sin()[:, None, None, None]
    return F.mse_loss(denoiser(c * z + s * eps, t), eps)


@torch.no_grad()
def sample(denoiser: nn.Module, noise: Float[Tensor, "n c h w"], steps: int) -> Float[Tensor, "n c h w"]:
    """Return latents made of noise by DDIM without further noise (Song et al. 2021, eq. 12 with sigma = 0)."""
    times = [END + (START - END) * step / steps for step in range(steps)]
    z_t = noise
    for t, after in pairwise([*times, 0.0]):
        eps = denoiser(z_t, z_t.new_full((len(z_t),), t))
        z_t = cos(after) * (z_t - sin(t) * eps) / cos(t) + sin(after) * eps
    return z_t
