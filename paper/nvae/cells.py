"""The residual cells of NVAE (figure 3): what they compute, and how they change the resolution.

The decoder's cell has depthwise convolutions: a large field of view for few parameters, since more channels go through
them than around them. The encoder's has ordinary ones. Both end in squeeze and excitation, and add a tenth of what they
find to what came in, as in the authors' code: so a deep network starts close to the identity.
"""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

MOMENTUM = 0.05
"""What a step changes of batch norm's running statistics: half of PyTorch's own, as in the authors' code."""
STEP = 0.1
"""What is added of a cell's branch."""


def norm_swish(channels: int) -> nn.Sequential:
    """Return batch norm and swish, x sigmoid(x)."""
    return nn.Sequential(nn.BatchNorm2d(channels, momentum=MOMENTUM), nn.SiLU())


class SqueezeExcitation(nn.Module):
    """x times a gate in (0, 1) for each channel, which sees the means of all channels over the image."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = max(channels // 16, 4)
        self.gate = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels), nn.Sigmoid())

    def forward(self, x: Float[Tensor, "M C h w"]) -> Float[Tensor, "M C h w"]:
        """Return x, each of its channels scaled."""
        return x * self.gate(x.mean((2, 3)))[..., None, None]


class Cell(nn.Module):
    """skip(x) + 0.1 branch(x)."""

    def __init__(self, branch: nn.Module, skip: nn.Module | None = None) -> None:
        super().__init__()
        self.branch, self.skip = branch, nn.Identity() if skip is None else skip

    def forward(self, x: Float[Tensor, "M C h w"]) -> Float[Tensor, "M D k l"]:
        """Return x, perhaps at another resolution, with what the cell adds."""
        return self.skip(x) + STEP * self.branch(x)


def decoder_cell(channels: int, expansion: int, kernel: int = 5) -> Cell:
    """Return a cell whose depthwise convolution has ``expansion`` times as many channels (figure 3a)."""
    wide = expansion * channels
    return Cell(
        nn.Sequential(
            nn.BatchNorm2d(channels, momentum=MOMENTUM),
            nn.Conv2d(channels, wide, 1, bias=False),
            norm_swish(wide),
            nn.Conv2d(wide, wide, kernel, padding=kernel // 2, groups=wide, bias=False),
            norm_swish(wide),
            nn.Conv2d(wide, channels, 1, bias=False),
            nn.BatchNorm2d(channels, momentum=MOMENTUM),
            SqueezeExcitation(channels),
        )
    )


def encoder_cell(channels: int) -> Cell:
    """Return a cell of two convolutions, each after batch norm and swish (figure 3b)."""
    convolutions = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
    layers = [layer for convolution in convolutions for layer in (norm_swish(channels), convolution)]
    return Cell(nn.Sequential(*layers, SqueezeExcitation(channels)))


def down_cell(channels: int) -> Cell:
    """Return an encoder's cell that halves height and width, and doubles the channels."""
    branch = nn.Sequential(
        norm_swish(channels),
        nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1),
        norm_swish(2 * channels),
        nn.Conv2d(2 * channels, 2 * channels, 3, padding=1),
        SqueezeExcitation(2 * channels),
    )
    return Cell(branch, nn.Conv2d(channels, 2 * channels, 2, stride=2))


def up(inputs: int, outputs: int) -> nn.Sequential:
    """Return a convolution whose channels become the places of a map of twice the height and width."""
    return nn.Sequential(nn.SiLU(), nn.Conv2d(inputs, 4 * outputs, 3, padding=1), nn.PixelShuffle(2))


@torch.no_grad()
def recalibrate(network: nn.Module, passes: Iterable[object]) -> None:
    """Set the statistics of batch norm to their means over passes through the network, which is left in ``eval`` mode.

    Running ones belong to the last steps of training, and to inputs such as these: samples at a low temperature have
    others (the authors' ``--readjust_bn``).
    """
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    network.train()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a mean over all passes
    for _ in passes:
        pass
    for norm in norms:
        norm.momentum = MOMENTUM
    network.eval()
