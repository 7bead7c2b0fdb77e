"""The networks of `paper.structured_output`, its objectives, and its two estimates of log p(y | x).

x is what is given of an image, y the rest of it, z the latents, eps ~ N(0, I) their noise. Every objective and every
estimate has one value an image, in nats.
"""

from copy import deepcopy
from math import log

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Bernoulli, Normal, kl_divergence

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.blocks import two_layers


class Pixels(nn.Module):
    """Independent pixels y of 0 and 1, given some inputs side by side."""

    def __init__(self, inputs: int, hidden: int, D_y: int) -> None:
        super().__init__()
        self.hidden, self.logits = two_layers(inputs, hidden), nn.Linear(hidden, D_y)

    def forward(self, *inputs: Float[Tensor, "*n _"]) -> Bernoulli:
        """Return the distribution of y."""
        return Bernoulli(logits=widened(self.logits(self.hidden(torch.cat(inputs, -1)))), validate_args=False)


class Latents(nn.Module):
    """z ~ N(mu, sigma^2), given some inputs side by side; sigma is the exponential of a linear function."""

    def __init__(self, inputs: int, hidden: int, latents: int) -> None:
        super().__init__()
        self.hidden = two_layers(inputs, hidden)
        self.mu, self.log_sigma = nn.Linear(hidden, latents), nn.Linear(hidden, latents)

    def forward(self, *inputs: Float[Tensor, "*n _"]) -> Normal:
        """Return the distribution of z."""
        a = self.hidden(torch.cat(inputs, -1))
        return Normal(widened(self.mu(a)), widened(self.log_sigma(a)).exp(), validate_args=False)


class Model(nn.Module):
    """Recognition q(z | x, y), prior p(z | x) and generation p(y | x, z), beside a baseline that learns no more."""

    def __init__(self, baseline: nn.Module, D_x: int, D_y: int, hidden: int, latents: int, seed: int) -> None:
        super().__init__()
        self.q = Latents(D_x + D_y, hidden, latents)
        self.prior = Latents(D_x + D_y, hidden, latents)
        self.generation = Pixels(D_x + latents, hidden, D_y)
        draw_parameters(self, seed)
        self.baseline = deepcopy(baseline).requires_grad_(False)

    def p_z(self, x: Float[Tensor, "M D_x"]) -> Normal:
        """Return p(z | x); the prior sees x and the baseline's guess of y."""
        return self.prior(x, self.baseline(x).mean)

    def p_y(self, x: Float[Tensor, "M D_x"], z: Float[Tensor, "*n M J"]) -> Bernoulli:
        """Return p(y | x, z)."""
        return self.generation(x.expand(*z.shape[:-1], -1), z)


# The objectives.


def L_CVAE(  # noqa: N802
    model: Model, x: Float[Tensor, "M D_x"], y: Float[Tensor, "M D_y"], eps: Float[Tensor, "M J"]
) -> Float[Tensor, " M"]:
    """Estimate E_q[log p(y | x, z)] - KL(q(z | x, y) to p(z | x)) with one z: a lower bound of log p(y | x)."""
    q = model.q(x, y)
    z = q.loc + q.scale * eps
    return model.p_y(x, z).log_prob(y).sum(-1) - kl_divergence(q, model.p_z(x)).sum(-1)


def L_GSNN(  # noqa: N802
    model: Model, x: Float[Tensor, "M D_x"], y: Float[Tensor, "M D_y"], eps: Float[Tensor, "M J"]
) -> Float[Tensor, " M"]:
    """Estimate E_p(z | x)[log p(y | x, z)] with one z: a Gaussian stochastic neural network, the CVAE with q = p.

    It trains with the z that it predicts with. But here each z must explain y alone, so that z is best ignored.
    """
    p = model.p_z(x)
    return model.p_y(x, p.loc + p.scale * eps).log_prob(y).sum(-1)


def L_hybrid(  # noqa: N802
    model: Model, x: Float[Tensor, "M D_x"], y: Float[Tensor, "M D_y"], eps: Float[Tensor, "M J"], alpha: float
) -> Float[Tensor, " M"]:
    """Return alpha L_CVAE + (1 - alpha) L_GSNN."""
    return alpha * L_CVAE(model, x, y, eps) + (1 - alpha) * L_GSNN(model, x, y, eps)


# Two estimates of log p(y | x): the logarithm of a mean over S draws of z. In expectation both are lower bounds.


def monte_carlo(
    model: Model, x: Float[Tensor, "M D_x"], y: Float[Tensor, "M D_y"], eps: Float[Tensor, "S M J"]
) -> Float[Tensor, " M"]:
    """Return log (1/S) sum_s p(y | x, z_s), z_s ~ p(z | x)."""
    p = model.p_z(x)
    return _log_mean(model.p_y(x, p.loc + p.scale * eps).log_prob(y).sum(-1))


def importance_sampling(
    model: Model, x: Float[Tensor, "M D_x"], y: Float[Tensor, "M D_y"], eps: Float[Tensor, "S M J"]
) -> Float[Tensor, " M"]:
    """Return log (1/S) sum_s p(y | x, z_s) p(z_s | x) / q(z_s | x, y), z_s ~ q(z | x, y)."""
    q = model.q(x, y)
    z = q.loc + q.scale * eps
    log_ratio = model.p_z(x).log_prob(z) - q.log_prob(z)
    return _log_mean(model.p_y(x, z).log_prob(y).sum(-1) + log_ratio.sum(-1))


def _log_mean(log_terms: Float[Tensor, "S M"]) -> Float[Tensor, " M"]:
    return log_terms.double().logsumexp(0) - log(len(log_terms))


def exact(
    baseline: Pixels, x: Float[Tensor, "M D_x"], y: Float[Tensor, "M D_y"], eps: Float[Tensor, "*S M J"]
) -> Float[Tensor, " M"]:
    """Return log p(y | x) of the baseline, which has no z and needs no draws."""
    return baseline(x).log_prob(y).sum(-1)
