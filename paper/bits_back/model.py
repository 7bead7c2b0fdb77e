"""Townsend, Bird & Barber 2019 (arXiv 1901.04866): a VAE for binary images or grey levels, and its tables for coding.

The paper's networks are two layers of units; these are convolutions. Figures are in nats per image.
"""

import numpy as np
import torch
from jaxtyping import Float, Float64
from scipy.special import expit, ndtr, ndtri
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.bits_back.stack import TOTAL
from paper.bits_back.tables import Symbols, Table, table_of
from paper.kit.health import STANDARD
from paper.kit.initial import draw_parameters
from paper.kit.precision import widened

LEVELS = 256
SIDE = 28
LOG_COUNTS = (-10.0, 7.0)
"""Bounds of log alpha and log beta: with larger ones float32 has too few digits for log Gamma."""

Pixels = Float[Tensor, "n 1 h w"]
Codes = Float[Tensor, "n latents"]
Numbers = Float[Tensor, "n k h w"]


# Section 3: likelihoods of a pixel.


class Bernoulli:
    """A pixel is 0 or 1; the network gives a logit."""

    numbers, symbols = 1, 2

    @staticmethod
    def log_prob(numbers: Numbers, x: Pixels) -> Float[Tensor, " n"]:
        """Return log p(x | z) of every image."""
        return (x * numbers - F.softplus(numbers)).flatten(1).sum(1)

    @staticmethod
    def cdf(numbers: Float64[np.ndarray, "1 pixels"]) -> Float64[np.ndarray, "pixels 3"]:
        """Return 0, P(0) and 1 for every pixel."""
        off = expit(-numbers[0])
        return np.stack([np.zeros_like(off), off, np.ones_like(off)], axis=1)


class BetaBinomial:
    """A pixel is the number of heads in 255 tosses of a coin that is itself from Beta(alpha, beta)."""

    numbers, symbols = 2, LEVELS

    @staticmethod
    def log_prob(numbers: Numbers, x: Pixels) -> Float[Tensor, " n"]:
        """Return log p(x | z) of every image."""
        alpha, beta = numbers.clamp(*LOG_COUNTS).exp().split(1, dim=1)
        n = x.new_tensor(LEVELS - 1)
        ways = torch.lgamma(n + 1) - torch.lgamma(x + 1) - torch.lgamma(n - x + 1)
        with_x = torch.lgamma(x + alpha) + torch.lgamma(n - x + beta) - torch.lgamma(n + alpha + beta)
        without = torch.lgamma(alpha) + torch.lgamma(beta) - torch.lgamma(alpha + beta)
        return (ways + with_x - without).flatten(1).sum(1)

    @staticmethod
    def cdf(numbers: Float64[np.ndarray, "2 pixels"]) -> Float64[np.ndarray, "pixels 257"]:
        """Return the cumulative distribution of every pixel.

        Levels follow one another by P(k + 1) / P(k) = (n - k) (k + a) / ((k + 1) (n - k - 1 + b)).
        """
        a, b = np.exp(numbers.clip(*LOG_COUNTS))[..., None]
        k = np.arange(LEVELS - 1)
        n = LEVELS - 1
        steps = np.log((n - k) * (k + a)) - np.log((k + 1) * (n - k - 1 + b))
        log_p = np.concatenate([np.zeros_like(a), np.cumsum(steps, axis=1)], axis=1)
        p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
        found = np.concatenate([np.zeros_like(a), np.cumsum(p, axis=1)], axis=1)
        return found / found[:, -1:]


LIKELIHOODS = {"binary": Bernoulli, "grey": BetaBinomial}


# Section 3: the networks.


class VAE(nn.Module):
    """p(z) = N(0, I), p(x | z) from a decoder, q(z | x) = N(mu, sigma^2) from an encoder; x in whole numbers."""

    def __init__(self, pixels: str, channels: int, hidden: int, latents: int, seed: int) -> None:
        super().__init__()
        self.latents, self.of_pixels = latents, LIKELIHOODS[pixels]
        wide, side = 2 * channels, SIDE // 4
        self.encoder = nn.Sequential(
            nn.Conv2d(1, channels, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(channels, wide, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(wide * side**2, hidden),
            nn.SiLU(),
            nn.Linear(hidden, 2 * latents),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latents, hidden),
            nn.SiLU(),
            nn.Linear(hidden, wide * side**2),
            nn.SiLU(),
            nn.Unflatten(1, (wide, side, side)),
            nn.ConvTranspose2d(wide, channels, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.ConvTranspose2d(channels, self.of_pixels.numbers, 4, stride=2, padding=1),
        )
        draw_parameters(self, seed)

    def encode(self, x: Pixels) -> Normal:
        """Return q(z | x)."""
        mu, logvar = widened(self.encoder(x / (self.of_pixels.symbols - 1))).chunk(2, dim=1)
        return Normal(mu, (logvar.clamp(LOGVAR_MIN, LOGVAR_MAX) / 2).exp(), validate_args=False)

    def decode(self, z: Codes) -> Numbers:
        """Return the numbers that decide p(x | z) of every pixel."""
        return widened(self.decoder(z))

    def parts_of_bound(self, x: Pixels, eps: Codes) -> tuple[Float[Tensor, " n"], Float[Tensor, "n latents"]]:
        """Return log p(x | z) of every image for z = mu + sigma eps, and the KL of every latent."""
        q = self.encode(x)
        z = q.loc + q.scale * eps
        return self.of_pixels.log_prob(self.decode(z), x), kl_divergence(q, STANDARD)


# Section 2.5: latents become whole numbers, the indices of intervals of equal prior mass.


class Tables:
    """The distributions of a trained VAE as tables; there are 2^bits intervals for each latent.

    One image at a time, in float32, in one thread: encoder and decoder make the very same calls, and so get the very
    same numbers. In another batch the same image may get others, by rounding, and nothing could be decoded.
    """

    def __init__(self, model: VAE, bits: int) -> None:
        self._model, n = model, 1 << bits
        self._ends = ndtri(np.arange(n + 1) / n)
        self._centres = torch.from_numpy(ndtri((np.arange(n) + 0.5) / n)).float()
        self.prior: Table = np.broadcast_to(np.arange(n + 1) * (TOTAL >> bits), (model.latents, n + 1))

    @torch.inference_mode()
    def posterior(self, x: Symbols) -> Table:
        """Return q(z | x): the mass of N(mu, sigma^2) in every interval."""
        q = self._model.encode(torch.from_numpy(x).float().reshape(1, 1, SIDE, SIDE))
        mu, sigma = (one.double().numpy()[0, :, None] for one in (q.loc, q.scale))
        return table_of(ndtr((self._ends - mu) / sigma))

    @torch.inference_mode()
    def likelihood(self, z: Symbols) -> Table:
        """Return p(x | z), z the centres of intervals."""
        numbers = self._model.decode(self._centres[torch.from_numpy(z)][None])
        return table_of(self._model.of_pixels.cdf(numbers[0].flatten(1).double().numpy()))
