"""A VAE of grey levels: p(x | z) is a logistic distribution, added up over the width of a level.

It gives a probability to each of the 256 levels, so that an ELBO is a number of bits, as a file is. The scale of the
logistic distribution is one learnt number for all pixels, or the decoder's own for each pixel (Salimans et al. 2017).
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, softplus

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.vae.tabular import Decoder, Encoder

PIXELS, HIDDEN, LATENTS = 784, 400, 32
SHARPEST = -7.0
"""The smallest log of a scale, in which the distance from black to white is 1: about a quarter of a level."""

Levels = Float[Tensor, "n pixels"]


def log_probability(x: Levels, mean: Float[Tensor, "*n pixels"], log_scale: Tensor) -> Float[Tensor, "*n"]:
    """Return log p of images of levels from 0 to 1: what lies below black is black, what lies above white is white."""
    precision = torch.exp(-log_scale)
    upper, lower = precision * (x + 0.5 / 255 - mean), precision * (x - 0.5 / 255 - mean)
    width = precision / 255
    between = logsigmoid(upper) + logsigmoid(-lower) + torch.log(-torch.expm1(-width))
    return torch.where(x == 0, logsigmoid(upper), torch.where(x == 1, logsigmoid(-lower), between)).sum(dim=-1)


class OneScale(nn.Module):
    """A scale that all pixels share."""

    OUTPUTS = PIXELS

    def __init__(self) -> None:
        super().__init__()
        self.free = nn.Parameter(torch.tensor(5.0))

    def forward(self, x: Levels, decoded: Float[Tensor, "*n outputs"]) -> Float[Tensor, "*n"]:
        """Return log p(x | z)."""
        return log_probability(x, decoded, SHARPEST + softplus(self.free))


class OwnScale(nn.Module):
    """A scale for each pixel of each image, which the decoder gives together with the mean."""

    OUTPUTS = 2 * PIXELS

    def forward(self, x: Levels, decoded: Float[Tensor, "*n outputs"]) -> Float[Tensor, "*n"]:
        """Return log p(x | z)."""
        mean, free = decoded.chunk(2, dim=-1)
        return log_probability(x, mean, SHARPEST + softplus(free + 5.0))


class GreyVAE(nn.Module):
    """p(z) = N(0, I), p(x | z) as ``likelihood`` says, q(z | x) = N(mu, sigma^2); fully connected."""

    def __init__(self, likelihood: OneScale | OwnScale) -> None:
        super().__init__()
        self.encoder = Encoder(PIXELS, (HIDDEN,), LATENTS)
        self.decoder = Decoder(LATENTS, (HIDDEN,), likelihood.OUTPUTS)
        self.likelihood = likelihood

    def encode(self, x: Levels) -> tuple[Float[Tensor, "n latents"], Float[Tensor, "n latents"]]:
        """Return mu and logvar."""
        return self.encoder(x)

    def elbo(
        self,
        x: Levels,
        mu: Float[Tensor, "n latents"],
        logvar: Float[Tensor, "n latents"],
        eps: Float[Tensor, "samples #n latents"],
    ) -> Float[Tensor, " n"]:
        """Estimate the ELBO of every image in nats, for a q of this mu and logvar."""
        logvar = logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)
        z = mu + torch.exp(0.5 * logvar) * eps
        kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)
        return self.likelihood(x, self.decoder(z)).mean(dim=0) - kl
