"""The prior over grids of codes: masked convolutions, as in a PixelCNN (van den Oord et al. 2016, arXiv 1601.06759).

Codes are ordered row by row. p(codes) is the product of p(code | those before it); a fine grid may also know the coarse
one. A VQ-VAE without a prior has no samples, and its codes no price but log K each.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.masked import MaskedConv2d


class MaskedResidual(nn.Module):
    """x + W2 relu(W1 relu(x)), with masked kernels that see the place itself."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.W1 = MaskedConv2d(channels, channels, 3, itself=True)
        self.W2 = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Float[Tensor, "M C h w"]) -> Float[Tensor, "M C h w"]:
        """Return x with what the block adds."""
        return x + self.W2(self.W1(x.relu()).relu())


class Prior(nn.Module):
    """p(code | codes before it, coarse codes if there are any), at every place of an ``h`` x ``w`` grid."""

    def __init__(self, K: int, grid: tuple[int, int], channels: int, blocks: int, seed: int, coarse_K: int = 0) -> None:
        super().__init__()
        self.K, self.grid = K, grid
        self.first = MaskedConv2d(K, channels, 5, itself=False)
        self.place = nn.Parameter(torch.zeros(1, channels, *grid))
        self.coarse = nn.Conv2d(coarse_K, channels, 3, padding=1) if coarse_K else None
        self.blocks = nn.Sequential(*(MaskedResidual(channels) for _ in range(blocks)))
        self.logits = nn.Conv2d(channels, K, 1)
        draw_parameters(self, seed)
        nn.init.zeros_(self.place)

    def forward(
        self, codes: Int[Tensor, "M h w"], coarse: Int[Tensor, "M rows columns"] | None = None
    ) -> Float[Tensor, "M K h w"]:
        """Return log p(every code | what comes before it), at every place."""
        h = self.first(_one_hot(codes, self.K)) + self.place
        if self.coarse is not None and coarse is not None:
            known = self.coarse(_one_hot(coarse, self.coarse.in_channels))
            h = h + F.interpolate(known, self.grid)
        return widened(self.logits(self.blocks(h).relu())).log_softmax(1)

    def cost(
        self, codes: Int[Tensor, "M h w"], coarse: Int[Tensor, "M rows columns"] | None = None
    ) -> Float[Tensor, " M"]:
        """Return -log p(codes) of every image, in nats: what it takes to send its codes."""
        return F.nll_loss(self(codes, coarse), codes, reduction="none").flatten(1).sum(1)

    def sample(
        self, u: Float[Tensor, "M h w"], coarse: Int[Tensor, "M rows columns"] | None = None
    ) -> Int[Tensor, "M h w"]:
        """Draw grids of codes, place by place, each by its uniform number."""

        def drawn(log_p: Tensor, row: int, column: int) -> Tensor:
            return (log_p.exp().cumsum(1) < u[:, row, column, None]).sum(1).clamp_max(self.K - 1)

        return self._fill(len(u), coarse, drawn)

    def most_probable(self, coarse: Int[Tensor, "M rows columns"]) -> Int[Tensor, "M h w"]:
        """Return grids of the most probable code at each place, given those chosen before it."""
        return self._fill(len(coarse), coarse, lambda log_p, *_: log_p.argmax(1))

    @torch.no_grad()
    def _fill(self, images: int, coarse: Tensor | None, choose: Callable[[Tensor, int, int], Tensor]) -> Tensor:
        codes = torch.zeros((images, *self.grid), dtype=torch.long, device=self.place.device)
        for row in range(self.grid[0]):
            for column in range(self.grid[1]):
                codes[:, row, column] = choose(self(codes, coarse)[:, :, row, column], row, column)
        return codes


def _one_hot(codes: Int[Tensor, "M h w"], K: int) -> Float[Tensor, "M K h w"]:
    return F.one_hot(codes, K).movedim(-1, 1).float()
