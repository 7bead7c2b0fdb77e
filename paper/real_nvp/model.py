"""Real NVP, an invertible network f from images to noise, so that p(x) = N(f(x); 0, I) |det df/dx| is exact.

Images have a density: they are grey levels plus noise, in [0, 1). In each scale pixels are squeezed into channels, pass
some steps, and half of the channels leave for z.

Source: Dinh et al. 2017 (arXiv 1605.08803), sections 3.1 and 3.6.
"""

from math import log, pi, prod

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from common.errors import InvalidArgument
from paper.kit.initial import draw_parameters
from paper.real_nvp.layers import Images, LogDeterminant, Step, from_logits, squeeze, to_logits


class Scale(nn.Module):
    """A squeeze and some steps, after which the half of the channels that the last coupling has moved leaves for z.

    So this coupling is, beside, the density of that half given the other one.
    """

    def __init__(self, channels: int, steps: int, hidden: int) -> None:
        super().__init__()
        self.steps = [Step(4 * channels, hidden) for _ in range(steps)]
        self.registered = nn.ModuleList(self.steps)

    @torch.no_grad()
    def start(self, x: Images) -> Images:
        """Set the normalisations, one after the other; return what stays."""
        h = squeeze(x)
        for step in self.steps:
            step.normalization.start(h)
            h, _ = step(h)
        return h.chunk(2, 1)[0]

    def forward(self, x: Images) -> tuple[Images, Images, LogDeterminant]:
        """Return what stays, what leaves, and log |det|."""
        h, log_det = squeeze(x), x.new_zeros(len(x))
        for step in self.steps:
            h, one = step(h)
            log_det = log_det + one
        stays, leaves = h.chunk(2, 1)
        return stays, leaves, log_det

    def inverse(self, stays: Images, leaves: Images) -> Images:
        """Return x."""
        h = torch.cat([stays, leaves], 1)
        for step in reversed(self.steps):
            h = step.inverse(h)
        return F.pixel_shuffle(h, 2)


class RealNVP(nn.Module):
    """p(x) of images of this shape, in so many scales of so many steps."""

    def __init__(self, shape: tuple[int, int, int], scales: int, steps: int, hidden: int, seed: int) -> None:
        super().__init__()
        channels, height, width = shape
        if height % 2**scales or width % 2**scales:
            raise InvalidArgument("shape", shape, f"a height and a width that {2**scales} divides: {scales} scales")
        self.shape = shape
        self.scales = [Scale(2**k * channels, steps, hidden) for k in range(scales)]
        self.registered = nn.ModuleList(self.scales)
        draw_parameters(self, seed)
        for index, step in enumerate(step for scale in self.scales for step in scale.steps):
            step.draw(seed, index)

    @torch.no_grad()
    def start(self, x: Images) -> None:
        """Set the normalisations by a minibatch of training images."""
        h, _ = to_logits(x)
        for scale in self.scales:
            h = scale.start(h)

    def forward(self, x: Images) -> tuple[Float[Tensor, "M D"], LogDeterminant]:
        """Return z = f(x) and log |det df/dx|, that of the logits included."""
        h, log_det = to_logits(x)
        z = []
        for scale in self.scales:
            h, leaves, one = scale(h)
            log_det = log_det + one
            z.append(leaves.flatten(1))
        return torch.cat([*z, h.flatten(1)], 1), log_det

    def inverse(self, z: Float[Tensor, "M D"]) -> Images:
        """Return x; a sample, if z is N(0, I). It may lie outside of [0, 1], where the density is not 0."""
        channels, height, width = self.shape
        shapes = [(2**k * channels, height // 2**k, width // 2**k) for k in range(1, len(self.scales) + 1)]
        shapes.append(shapes[-1])
        flat = z.split([*map(prod, shapes)], 1)
        *leaves, h = (part.unflatten(1, shape) for part, shape in zip(flat, shapes, strict=True))
        for scale, left in zip(reversed(self.scales), reversed(leaves), strict=True):
            h = scale.inverse(h, left)
        return from_logits(h)

    def log_p(self, x: Images) -> Float[Tensor, " M"]:
        """Return the log density of x, in nats an image (section 3.1)."""
        z, log_det = self(x)
        return log_det - 0.5 * (z**2 + log(2 * pi)).sum(1)
