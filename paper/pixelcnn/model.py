"""PixelCNN: p(x) = prod_i p(x_i | x_1, ..., x_{i-1}), with pixels in the order of rows, by masked convolutions.

The first layer must not see the pixel that it predicts (mask A); all later ones may see what the first has made at that
place (mask B). A kernel of 1 x 1 looks at its own place alone, so it needs no mask.

Source: van den Oord et al. 2016 (arXiv 1601.06759), eq. 1 and section 3.
"""

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.bernoulli import log_likelihood
from paper.parts.masked import MaskedConv2d

Sees = Callable[[MaskedConv2d, Tensor], Tensor]
"""How a masked convolution sees its input: at all places together, or at one, beside those before it."""


class Residual(nn.Module):
    """h features in place of 2h, a masked convolution, and 2h features again, added to the input (fig. 5, left)."""

    def __init__(self, h: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(2 * h, h, 1)
        self.masked = MaskedConv2d(h, h, 3, itself=True)
        self.wide = nn.Conv2d(h, 2 * h, 1)

    def forward(self, x: Float[Tensor, "M C h w"], sees: Sees) -> Float[Tensor, "M C h w"]:
        """Return x with what the block adds."""
        return x + self.wide(sees(self.masked, self.narrow(x.relu()).relu()).relu())


class PixelCNN(nn.Module):
    """p(x) of binary images, exact: 7 x 7 with mask A, residual blocks, and two layers of 1 x 1.

    In memory a pixel's features lie side by side (``channels_last``): that is faster on a CPU.
    """

    def __init__(self, h: int, blocks: int, seed: int) -> None:
        super().__init__()
        self.first = MaskedConv2d(1, 2 * h, 7, itself=False)
        self.blocks = nn.ModuleList(Residual(h) for _ in range(blocks))
        self.last = nn.Sequential(nn.ReLU(), nn.Conv2d(2 * h, 2 * h, 1), nn.ReLU(), nn.Conv2d(2 * h, 1, 1))
        draw_parameters(self, seed)
        self.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] - not in its stubs

    def forward(
        self, x: Float[Tensor, "M 1 h w"], sees: Sees = lambda layer, features: layer(features)
    ) -> Float[Tensor, "M 1 h w"]:
        """Return the logit of every pixel, given those before it."""
        features = sees(self.first, x)
        for block in self.blocks:
            features = block(features, sees)
        return widened(self.last(features))

    def log_p(self, x: Float[Tensor, "M 1 h w"]) -> Float[Tensor, " M"]:
        """Return log p(x), in nats per image."""
        return log_likelihood(self(x).flatten(1)[:, None], x.flatten(1))[:, 0]

    @torch.no_grad()
    def sample(self, u: Float[Tensor, "M 1 h w"]) -> Float[Tensor, "M 1 h w"]:
        """Draw images, pixel by pixel, each by its uniform number.

        Every layer is computed once at every place, as for log p(x).
        """
        known = Known(*u.shape[2:])
        x = known.of(self.first, u)
        for row in range(u.shape[2]):
            for column in range(u.shape[3]):
                pixel = x[:, :, row, column, None, None]  # 0 until it is drawn
                logit = self(pixel, partial(known.at, row, column))
                pixel.copy_(u[:, :, row, column, None, None] < logit.sigmoid())
        return x.clone()


class Known:
    """What every masked convolution has been given at the places so far, with its margin of zeros."""

    def __init__(self, height: int, width: int) -> None:
        self._size, self._inputs = (height, width), dict[MaskedConv2d, Tensor]()

    def of(self, layer: MaskedConv2d, like: Float[Tensor, "M ..."]) -> Float[Tensor, "M inputs h w"]:
        """Return the input of a layer, zeros at first, for as many images, on the same device."""
        (height, width), margin = self._size, layer.kernel_size[0] // 2
        if layer not in self._inputs:
            sizes = (height + margin, width + 2 * margin, len(like), layer.in_channels)
            self._inputs[layer] = like.new_zeros(sizes).permute(2, 3, 0, 1)
        return self._inputs[layer][:, :, margin:, margin : margin + width]

    def at(
        self, row: int, column: int, layer: MaskedConv2d, features: Float[Tensor, "M inputs 1 1"]
    ) -> Float[Tensor, "M outputs 1 1"]:
        """Return a layer at one place, given its input there."""
        self.of(layer, features)[:, :, row, column] = features[:, :, 0, 0]
        size = layer.kernel_size[0]
        seen = self._inputs[layer][:, :, row : row + size // 2 + 1, column : column + size]
        return F.conv2d(seen, layer.masked()[:, :, : size // 2 + 1], layer.bias)
