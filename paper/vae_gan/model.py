"""Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric" (arXiv 1512.09300).

The three networks, by their names in the paper: Enc encodes, Dec decodes, Dis tells data from what Dec made. What they
learn from is in `paper.vae_gan.lessons`, the experiment in `paper.vae_gan.experiment`.
"""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.blocks import convolutions, leaky_convolutions, transposed_convolutions

Images = Float[Tensor, "_n 1 28 28"]
Codes = Float[Tensor, "_n N_z"]
Features = Float[Tensor, "_n f"]
Logits = Float[Tensor, " _n"]


class Encoded(NamedTuple):
    """Codes, and KL(q(z | x) || N(0, I)) of each image in nats."""

    z: Codes
    kl_per_latent: Codes


class Enc(nn.Module):
    """q(z | x), a Gaussian."""

    def __init__(self, channels: int, N_z: int) -> None:
        super().__init__()
        self.layers = convolutions(channels, 2 * N_z)

    def forward(self, x: Images, eps: Codes) -> Encoded:
        """Return codes, made with eps ~ N(0, I)."""
        mu, logvar = widened(self.layers(x)).chunk(2, dim=1)
        logvar = logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)
        return Encoded(mu + (logvar / 2).exp() * eps, (mu.square() + logvar.exp() - logvar - 1) / 2)


class Dec(nn.Module):
    """Images for codes: pixels between 0 and 1."""

    def __init__(self, channels: int, N_z: int) -> None:
        super().__init__()
        self.layers = transposed_convolutions(N_z, channels)

    def forward(self, z: Codes) -> Images:
        """Return an image for every code."""
        return widened(self.layers(z)).sigmoid()


class Judged(NamedTuple):
    """What Dis makes of images: features of its second convolution, and a logit of "this is data"."""

    features: Features
    logits: Logits


class Dis(nn.Module):
    """The discriminator. Its batch norm gives the features a size of their own, whatever the convolution learns."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = leaky_convolutions(channels)
        self.last = nn.Linear(98 * channels, 1)

    def forward(self, x: Images) -> Judged:
        """Return Dis_l(x) and the logit of Dis(x)."""
        features = self.first(x)
        return Judged(widened(features), widened(self.last(features))[:, 0])


class Networks(nn.Module):
    """Enc, Dec and Dis, with batch norm: put into ``eval`` mode, an image is alone whatever its company."""

    def __init__(self, channels: int, N_z: int, seed: int) -> None:
        super().__init__()
        self.N_z = N_z
        self.Enc, self.Dec, self.Dis = Enc(channels, N_z), Dec(channels, N_z), Dis(channels)
        draw_parameters(self, seed)
