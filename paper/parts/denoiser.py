"""What networks that take noise away are built of: blocks that know the time, and the time as waves."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

FREQUENCIES = 32


class Block(nn.Module):
    """Two convolutions around which x goes; between them the time scales and shifts every channel."""

    def __init__(self, inputs: int, outputs: int, times: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(8, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(times, 2 * outputs)
        self.norm2, self.conv2 = nn.GroupNorm(8, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.around = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Float[Tensor, "n inputs h w"], time: Float[Tensor, "n times"]) -> Float[Tensor, "n C h w"]:
        """Return x with what the block adds."""
        scale, shift = self.time(time)[..., None, None].chunk(2, dim=1)
        h = self.norm2(self.conv1(F.silu(self.norm1(x)))) * (1 + scale) + shift
        return self.around(x) + self.conv2(F.silu(h))


def waves(t: Float[Tensor, " n"]) -> Float[Tensor, "n waves"]:
    """Return cosines and sines of a time between 0 and pi / 2 at frequencies from 1 to 1,000."""
    frequencies = torch.logspace(0, 3, FREQUENCIES, device=t.device, dtype=t.dtype)
    return torch.cat([(t[:, None] * frequencies).cos(), (t[:, None] * frequencies).sin()], 1)
