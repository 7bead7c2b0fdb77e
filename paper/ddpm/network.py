"""eps_theta(x_t, t): a small U-Net without attention."""

from itertools import pairwise
from math import pi

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.denoiser import FREQUENCIES, Block, waves


class UNet(nn.Module):
    """Three resolutions with c, 2 c and 2 c channels; a block each on the way down and on the way up.

    c is a multiple of 8, the number of groups that are normalised together.
    """

    def __init__(self, c: int, T: int, seed: int) -> None:
        super().__init__()
        self.T, channels, times = T, (c, 2 * c, 2 * c), 4 * c
        self.time = nn.Sequential(nn.Linear(2 * FREQUENCIES, times), nn.SiLU(), nn.Linear(times, times), nn.SiLU())
        self.first = nn.Conv2d(1, c, 3, padding=1)
        self.before = nn.ModuleList(Block(each, each, times) for each in channels)
        self.down = nn.ModuleList(nn.Conv2d(above, below, 2, stride=2) for above, below in pairwise(channels))
        self.middle = Block(2 * c, 2 * c, times)
        self.up = nn.ModuleList(nn.ConvTranspose2d(below, above, 2, stride=2) for above, below in pairwise(channels))
        self.after = nn.ModuleList(Block(2 * each, each, times) for each in channels)
        self.norm, self.last = nn.GroupNorm(8, c), nn.Conv2d(c, 1, 3, padding=1)
        draw_parameters(self, seed)
        nn.init.zeros_(self.last.weight)  # at first it predicts no noise, as in the authors' code

    def forward(self, x_t: Float[Tensor, "n 1 h w"], t: Int[Tensor, " n"]) -> Float[Tensor, "n 1 h w"]:
        """Return the noise in x_t, as far as it can be told; height and width are multiples of 4."""
        time = self.time(waves(t / self.T * (pi / 2)))
        x, kept = self.first(x_t), []
        for block, down in zip(self.before, [*self.down, nn.Identity()], strict=True):
            kept.append(block(x, time))
            x = down(kept[-1])
        x = self.middle(x, time)
        for block, up in zip(reversed(self.after), [nn.Identity(), *reversed(self.up)], strict=True):
            x = block(torch.cat([kept.pop(), up(x)], 1), time)
        return widened(self.last(F.silu(self.norm(x))))
