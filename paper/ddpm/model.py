"""Ho et al. 2020, "Denoising diffusion probabilistic models" (arXiv 2006.11239): the chain of noise, and its way back.

Names are the papers' symbols, and equation numbers stand beside the lines. Time t runs from 1 to T; at t = 0 there is
no noise, so that alpha_bar[0] = 1. Images x_0 lie in [-1, 1]. The schedule is that of Nichol & Dhariwal 2021 (arXiv
2102.09672), the steps are those of Song et al. 2021 (arXiv 2010.02502). The network is in `paper.ddpm.network`.
"""

from collections.abc import Callable
from itertools import pairwise
from math import log, pi

import torch
from jaxtyping import Float, Float64, Int
from torch import Tensor, nn
from torch.nn import functional as F

LARGEST_BETA = 0.999
OFFSET = 0.008
LEVELS = 255
"""Steps between grey levels -1 and 1."""

Images = Float[Tensor, "n 1 h w"]
Times = Int[Tensor, " n"]
Numbers = Float[Tensor, "n 1 1 1"]
Predictor = Callable[[Images, Times], Images]
"""eps_theta(x_t, t), the noise that a network sees in x_t."""


def cosine_betas(T: int) -> Float64[Tensor, " T"]:
    """Return beta_1 to beta_T of the cosine schedule, the last ones clipped (Nichol & Dhariwal 2021, eq. 17)."""
    t = torch.arange(T + 1, dtype=torch.float64)
    f = ((t / T + OFFSET) / (1 + OFFSET) * pi / 2).cos().square()
    return (1 - f[1:] / f[:-1]).clamp(max=LARGEST_BETA)


class Chain(nn.Module):
    """q(x_t | x_{t-1}) = N(sqrt(1 - beta_t) x_{t-1}, beta_t I) for t = 1 to T, and what follows from it.

    Its numbers are computed in float64; ``float`` makes it one for images in float32. ``gone`` is 1 - alpha_bar, the
    variance of the noise, which a difference in float32 would not have.
    """

    def __init__(self, betas: Float64[Tensor, " T"]) -> None:
        super().__init__()
        self.T = len(betas)
        self.beta: Tensor
        self.alpha_bar: Tensor
        self.gone: Tensor
        self.register_buffer("beta", F.pad(betas, (1, 0)))
        self.register_buffer("alpha_bar", (1 - self.beta).cumprod(0))
        self.register_buffer("gone", 1 - self.alpha_bar)

    def at(self, t: Times) -> tuple[Numbers, Numbers]:
        """Return alpha_bar_t and 1 - alpha_bar_t, of every image."""
        return _beside_images(self.alpha_bar[t]), _beside_images(self.gone[t])

    def noised(self, x_0: Images, t: Times, eps: Images) -> Images:
        """Return x_t, in one step from x_0."""
        alpha_bar, gone = self.at(t)
        return alpha_bar.sqrt() * x_0 + gone.sqrt() * eps  # eq. 4

    def denoised(self, x_t: Images, t: Times, eps: Images) -> Images:
        """Return the x_0 that this noise was added to, within [-1, 1]: near T a small error would become large."""
        alpha_bar, gone = self.at(t)
        return ((x_t - gone.sqrt() * eps) / alpha_bar.sqrt()).clamp(-1, 1)  # eq. 15

    def posterior(self, x_0: Images, x_t: Images, t: Times) -> tuple[Images, Numbers]:
        """Return mean and variance of q(x_{t-1} | x_t, x_0)."""
        beta, (_, gone), (before, gone_before) = _beside_images(self.beta[t]), self.at(t), self.at(t - 1)
        mean = (before.sqrt() * beta * x_0 + (1 - beta).sqrt() * gone_before * x_t) / gone  # eq. 7
        return mean, gone_before / gone * beta  # eq. 7

    def step(self, x_t: Images, eps: Images, t: Times, s: Times, eta: float = 0.0, z: Images | None = None) -> Images:
        """Return x_s for an earlier time s, from the noise that a network predicts in x_t.

        With ``eta`` 0 no noise is added (DDIM), with 1 and s = t - 1 it is a step of Ho et al. with the variance of the
        posterior. z ~ N(0, I) is needed where ``eta`` is not 0.
        """
        (alpha_bar, gone), (earlier, gone_earlier) = self.at(t), self.at(s)
        x_0 = self.denoised(x_t, t, eps)
        eps = (x_t - alpha_bar.sqrt() * x_0) / gone.sqrt()  # that of x_0 within [-1, 1]
        sigma = eta * (gone_earlier / gone * (1 - alpha_bar / earlier)).sqrt()  # Song et al., eq. 16
        x_s = earlier.sqrt() * x_0 + (gone_earlier - sigma**2).clamp(min=0).sqrt() * eps  # Song et al., eq. 12
        return x_s if z is None else x_s + sigma * z

    def times(self, steps: int) -> list[int]:
        """Return T, then earlier times at equal distances, and 0: a sample takes ``steps`` steps between them."""
        return [round(self.T * k / steps) for k in range(steps, -1, -1)]

    @torch.no_grad()
    def sample(self, predict: Predictor, x_T: Images, steps: int, eta: float, noise: Callable[[int], Images]) -> Images:
        """Return images made of x_T ~ N(0, I) in ``steps`` steps; ``noise(t)`` is N(0, I), for the step from t on."""
        x = x_T
        for t, s in pairwise(self.times(steps)):
            now, then = (torch.full((len(x),), one, device=x.device) for one in (t, s))
            x = self.step(x, predict(x, now), now, then, eta, noise(t) if eta else None)
        return x

    # Section 3.4: what is trained on; eq. 5: the bound, in nats per image.

    def loss(self, predict: Predictor, x_0: Images, t: Times, eps: Images) -> Float[Tensor, ""]:
        """Return L_simple: the squared error of the predicted noise, the mean over pixels and images."""
        return F.mse_loss(predict(self.noised(x_0, t, eps), t), eps)  # eq. 14

    def first_term(self, x_0: Images) -> Float[Tensor, " n"]:
        """Return L_T = KL(q(x_T | x_0) || N(0, I)), on which no parameter has an influence."""
        alpha_bar = self.alpha_bar[-1]
        kl = alpha_bar * x_0.square() - alpha_bar - torch.log1p(-alpha_bar)
        return kl.flatten(1).sum(1) / 2

    def term(self, predict: Predictor, x_0: Images, t: Times, eps: Images) -> Float[Tensor, " n"]:
        """Return L_{t-1} = KL(q(x_{t-1} | x_t, x_0) || p(x_{t-1} | x_t)) for t > 1; both have the same variance."""
        x_t = self.noised(x_0, t, eps)
        mean, variance = self.posterior(x_0, x_t, t)
        predicted, _ = self.posterior(self.denoised(x_t, t, predict(x_t, t)), x_t, t)
        return ((mean - predicted).square() / (2 * variance)).flatten(1).sum(1)  # eq. 8

    def last_term(self, predict: Predictor, x_0: Images, eps: Images) -> Float[Tensor, " n"]:
        """Return L_0 = -log p(x_0 | x_1): a Gaussian of variance beta_1, integrated over each of 256 grey levels."""
        t = torch.ones(len(x_0), dtype=torch.long, device=x_0.device)
        x_1, sigma = self.noised(x_0, t, eps), self.beta[1].sqrt()
        off = x_0 - self.denoised(x_1, t, predict(x_1, t))
        above, below = (off + 1 / LEVELS) / sigma, (off - 1 / LEVELS) / sigma
        return (
            -log_of_interval(
                torch.where(x_0 > 1 - 1 / LEVELS, torch.inf, above),
                torch.where(x_0 < 1 / LEVELS - 1, -torch.inf, below),
            )
            .flatten(1)
            .sum(1)
        )  # eq. 13


def _beside_images(numbers: Float[Tensor, " n"]) -> Numbers:
    return numbers[:, None, None, None]


def log_of_interval(above: Float[Tensor, "*n"], below: Float[Tensor, "*n"]) -> Float[Tensor, "*n"]:
    """Return the logarithm of the probability of N(0, 1) between two values, exact in both tails."""
    upper, lower = torch.where(below > 0, -below, above), torch.where(below > 0, -above, below)  # mirrored: below 0
    high, low = torch.special.log_ndtr(upper), torch.special.log_ndtr(lower)
    return high + torch.log1p(-(low - high).exp())


def bits_per_dimension(nats: Float[Tensor, " n"], dimensions: int) -> Float[Tensor, " n"]:
    """Return nats per image as bits per pixel."""
    return nats / (dimensions * log(2))
