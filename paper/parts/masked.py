"""A convolution over places in the order of rows, as in a PixelCNN (van den Oord et al. 2016, arXiv 1601.06759)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class MaskedConv2d(nn.Conv2d):
    """A convolution that sees, in the order of rows, what lies before a place, and the place itself if ``itself``."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, itself: bool) -> None:
        super().__init__(inputs, outputs, kernel, padding=kernel // 2)
        mask = torch.zeros(kernel, kernel)
        mask.view(-1)[: kernel * kernel // 2 + itself] = 1
        self.mask: Tensor
        self.register_buffer("mask", mask)

    def masked(self) -> Float[Tensor, "outputs inputs k k"]:
        """Return the kernel, 0 where the mask is."""
        return self.weight * self.mask

    def forward(self, input: Float[Tensor, "M inputs h w"]) -> Float[Tensor, "M outputs h w"]:
        """Return the convolution with what comes later multiplied by 0."""
        return self._conv_forward(input, self.masked(), self.bias)
