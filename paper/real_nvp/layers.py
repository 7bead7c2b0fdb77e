"""The layers of a flow: each returns its output and log |det| of its Jacobian for each image, in nats.

`inverse` undoes a layer. Source: Dinh et al. 2017 (arXiv 1605.08803), sections 3.2 to 3.6;
`ActivationNormalization` and `Mixing` are those of Kingma & Dhariwal 2018 (arXiv 1807.03039), section 3.
"""

from math import log

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from common.streams import Stream, normal
from paper.kit.precision import products, widened

ALPHA = 0.05
"""How far the borders of the grey levels are moved from 0 and 1, where the logit is infinite."""
LARGEST_LOG_SCALE = 2.0
"""A coupling multiplies by exp(2) at most, and by exp(-2) at least."""

Images = Float[Tensor, "M _channels _height _width"]
LogDeterminant = Float[Tensor, " M"]


def to_logits(x: Images) -> tuple[Images, LogDeterminant]:
    """Return logit(alpha + (1 - 2 alpha) x) of pixels in [0, 1), and log |det| (section 4.1)."""
    p = ALPHA + (1 - 2 * ALPHA) * x
    return p.logit(), (log(1 - 2 * ALPHA) - p.log() - (-p).log1p()).flatten(1).sum(1)


def from_logits(y: Images) -> Images:
    """Return the pixels again; any real number has one, between -0.056 and 1.056."""
    return (y.sigmoid() - ALPHA) / (1 - 2 * ALPHA)


def squeeze(x: Images) -> Images:
    """Turn each square of 2 x 2 pixels into four channels (section 3.6); nothing is scaled, log |det| = 0."""
    return F.pixel_unshuffle(x, 2)


class ActivationNormalization(nn.Module):
    """y = (x + shift) exp(log_scale) in every channel; after `start`, y has mean 0 and variance 1."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(channels))
        self.log_scale = nn.Parameter(torch.zeros(channels))

    @torch.no_grad()
    def start(self, x: Images) -> None:
        """Set the parameters by a minibatch."""
        variance, mean = torch.var_mean(x, (0, 2, 3))
        self.shift.copy_(-mean)
        self.log_scale.copy_(-0.5 * variance.clamp(min=1e-6).log())

    def forward(self, x: Images) -> tuple[Images, LogDeterminant]:
        """Return y and log |det|: a channel's log-scale counts once a pixel."""
        log_det = x.shape[2] * x.shape[3] * self.log_scale.sum()
        return (x + _a_channel(self.shift)) * _a_channel(self.log_scale.exp()), log_det.expand(len(x))

    def inverse(self, y: Images) -> Images:
        """Return x."""
        return y * _a_channel((-self.log_scale).exp()) - _a_channel(self.shift)


def _a_channel(values: Float[Tensor, " channels"]) -> Float[Tensor, "channels 1 1"]:
    return values[:, None, None]


class Mixing(nn.Module):
    """A 1x1 convolution, y = W x in every pixel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.eye(channels))

    @torch.no_grad()
    def draw(self, seed: int, index: int) -> None:
        """Make W a random rotation."""
        random = torch.from_numpy(normal(seed, Stream.SPLIT, index, tuple(self.W.shape)))
        self.W.copy_(torch.linalg.qr(random).Q)

    def forward(self, x: Images) -> tuple[Images, LogDeterminant]:
        """Return y and log |det|, the same for all images."""
        with products("float32", x.device):  # in bfloat16, y would not be what its determinant says
            y = F.conv2d(x, self.W[:, :, None, None])
        return y, (x.shape[2] * x.shape[3] * torch.linalg.slogdet(self.W).logabsdet).expand(len(x))

    def inverse(self, y: Images) -> Images:
        """Return x."""
        return F.conv2d(y, torch.linalg.inv(self.W)[:, :, None, None])


class AffineCoupling(nn.Module):
    """y_1 = x_1, y_2 = x_2 exp(s(x_1)) + t(x_1), of halves of the channels (section 3.2)."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.halves = [channels // 2, channels - channels // 2]
        first, second = nn.Conv2d(self.halves[0], hidden, 3, padding=1), nn.Conv2d(hidden, hidden, 1)
        self.features = nn.Sequential(first, nn.ReLU(), second, nn.ReLU())
        self.last = nn.Conv2d(hidden, 2 * self.halves[1], 3, padding=1)

    def scale_and_shift(self, x_1: Images) -> tuple[Images, Images]:
        """Return s, which is bounded, and t."""
        s, t = widened(self.last(self.features(x_1))).chunk(2, 1)
        return LARGEST_LOG_SCALE * (s / LARGEST_LOG_SCALE).tanh(), t

    def forward(self, x: Images) -> tuple[Images, LogDeterminant]:
        """Return y and log |det|, the sum of s (section 3.3)."""
        x_1, x_2 = x.split(self.halves, 1)
        s, t = self.scale_and_shift(x_1)
        return torch.cat([x_1, x_2 * s.exp() + t], 1), s.flatten(1).sum(1)

    def inverse(self, y: Images) -> Images:
        """Return x: the network is evaluated as before, and not inverted (section 3.3)."""
        y_1, y_2 = y.split(self.halves, 1)
        s, t = self.scale_and_shift(y_1)
        return torch.cat([y_1, (y_2 - t) * (-s).exp()], 1)


class Step(nn.Module):
    """Activation normalisation, mixing of the channels, and a coupling."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.normalization = ActivationNormalization(channels)
        self.mixing = Mixing(channels)
        self.coupling = AffineCoupling(channels, hidden)

    def draw(self, seed: int, index: int) -> None:
        """Draw the mixing; let the coupling change nothing at first."""
        self.mixing.draw(seed, index)
        nn.init.zeros_(self.coupling.last.weight)

    def forward(self, x: Images) -> tuple[Images, LogDeterminant]:
        """Return the output of the coupling, and the sum of all three log |det|."""
        x, first = self.normalization(x)
        x, second = self.mixing(x)
        y, third = self.coupling(x)
        return y, first + second + third

    def inverse(self, y: Images) -> Images:
        """Return x."""
        return self.normalization.inverse(self.mixing.inverse(self.coupling.inverse(y)))
