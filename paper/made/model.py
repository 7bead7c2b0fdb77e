"""MADE, an autoencoder whose masks make it a product of conditionals, p(x) = prod_d p(x_d | x_1, ..., x_{d-1}).

Pixels have the numbers 1 to D, in the order of rows. Each hidden unit k has a number too, m(k): it sees the pixels up
to m(k). Output d sees the units with numbers below d. So nothing leads from x_d, or from what follows it, to p(x_d).

Without hidden layers what is left are the direct connections: a logistic regression of each pixel on those before it.

Source: Germain et al. 2015 (arXiv 1502.03509), sections 3 and 4.
"""

from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from common.streams import Stream, generator
from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.bernoulli import log_likelihood

Numbers = Int[np.ndarray, " _units"]
"""The number m of every unit of a layer."""


def numbers_of_units(D: int, sizes: tuple[int, ...], seed: int) -> list[Numbers]:
    """Draw the numbers of hidden units, uniformly from the smallest of the layer below to D - 1 (section 4)."""
    found, smallest = [], 1
    for layer, size in enumerate(sizes):
        found.append(generator(seed, Stream.SPLIT, layer).integers(smallest, D, size))
        smallest = found[-1].min()
    return found


def sees(above: Numbers, below: Numbers) -> Bool[np.ndarray, "above below"]:
    """Return the mask of a hidden layer: a unit sees what has a number of at most its own."""
    return above[:, None] >= below


def sees_before(above: Numbers, below: Numbers) -> Bool[np.ndarray, "above below"]:
    """Return the mask of the output: a pixel sees what has a number below its own."""
    return above[:, None] > below


class MaskedLinear(nn.Linear):
    """(M * W) x + b."""

    def __init__(self, mask: Bool[np.ndarray, "outputs inputs"]) -> None:
        super().__init__(*mask.shape[::-1])
        self.mask: Tensor
        self.register_buffer("mask", torch.from_numpy(mask.astype(np.float32)))

    def masked(self) -> Float[Tensor, "outputs inputs"]:
        """Return the weights, 0 where the mask is."""
        return self.mask * self.weight

    def forward(self, input: Float[Tensor, "M inputs"]) -> Float[Tensor, "M outputs"]:
        """Return the layer with what it must not see multiplied by 0."""
        return F.linear(input, self.masked(), self.bias)


class MADE(nn.Module):
    """p(x) of binary images, exact, with hidden layers of these sizes and direct connections from pixels to pixels.

    The biases of the pixels start at the logits of the mean training image.
    """

    def __init__(self, sizes: tuple[int, ...], images: UInt8[np.ndarray, "n *image"], seed: int) -> None:
        super().__init__()
        D = images[0].size
        pixels = np.arange(1, D + 1)
        numbers = [pixels, *numbers_of_units(D, sizes, seed)]
        self.direct = MaskedLinear(sees_before(pixels, pixels))
        self.hidden = nn.ModuleList(MaskedLinear(sees(above, below)) for below, above in pairwise(numbers))
        self.output = MaskedLinear(sees_before(pixels, numbers[-1])) if sizes else None
        draw_parameters(self, seed)
        mean = torch.from_numpy(images.reshape(len(images), -1).mean(0) / 255).clamp(1e-3, 1 - 1e-3)
        self.direct.bias.data.copy_(torch.logit(mean))

    def forward(self, x: Float[Tensor, "M D"]) -> Float[Tensor, "M D"]:
        """Return the logit of every pixel, given those before it."""
        logits = self.direct(x)
        if self.output is None:
            return logits
        return logits + self.output(self.last_hidden(self.hidden[0](x)))

    def last_hidden(self, first: Float[Tensor, "M units"]) -> Float[Tensor, "M _units"]:
        """Return the units of the last hidden layer, from the sums of the first one."""
        h = first.relu()
        for layer in self.hidden[1:]:
            h = layer(h).relu()
        return h

    def log_p(self, x: Float[Tensor, "M D"]) -> Float[Tensor, " M"]:
        """Return log p(x), in nats per image."""
        return log_likelihood(widened(self(x))[:, None], x)[:, 0]

    @torch.no_grad()
    def sample(self, u: Float[Tensor, "M D"]) -> Float[Tensor, "M D"]:
        """Draw images, pixel by pixel, each by its uniform number.

        A new pixel changes the sums of the first layer by one column of its weights, which are not added up anew.
        """
        x = torch.empty_like(u)
        fed = [self.direct, *self.hidden[:1]]
        weights = [layer.masked() for layer in fed]
        sums = [layer.bias.repeat(len(u), 1) for layer in fed]
        last = None if self.output is None else self.output.masked()
        for d in range(u.shape[1]):
            logit = sums[0][:, d]
            if self.output is not None and last is not None:
                logit = logit + self.last_hidden(sums[1]) @ last[d] + self.output.bias[d]
            x[:, d] = (u[:, d] < logit.sigmoid()).to(x)
            for total, weight in zip(sums, weights, strict=True):
                total += x[:, d, None] * weight[:, d]
        return x
