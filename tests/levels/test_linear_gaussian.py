"""A model whose log p(x) is known: p(z) = N(0, I), p(x | z) = N(W z + b, s^2 I).

The columns of W are orthogonal, so that the true posterior is N(m, diag(v)) with v_j = 1 / (1 + |w_j|^2 / s^2) and
m_j = v_j w_j . (x - b) / s^2, and log p(x) = log N(x; b, W W^T + s^2 I). Each level brings its own likelihood, KL and
reparameterisation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from torch.distributions import Normal, kl_divergence

import numpy_impl.distributions
import paper.vae.level
import pytorch_lowlevel.distributions
from common.metrics import importance_weighted_bound

SIZES = [(7, 2), (11, 3), (5, 5), (13, 1), (3, 2)]  # pixels, latents


def _numpy_parts() -> SimpleNamespace:
    module: ModuleType = numpy_impl.distributions
    return SimpleNamespace(
        array=np.asarray,
        likelihood=lambda *arguments: module.gaussian_log_likelihood(*arguments)[0],
        kl=lambda *arguments: module.gaussian_kl(*arguments)[0],
        reparameterize=lambda *arguments: module.reparameterize(*arguments)[0],
    )


def _lowlevel_parts() -> SimpleNamespace:
    module: ModuleType = pytorch_lowlevel.distributions
    return SimpleNamespace(
        array=torch.as_tensor,
        likelihood=module.gaussian_log_likelihood,
        kl=module.gaussian_kl,
        reparameterize=module.reparameterize,
    )


def _paper_parts() -> SimpleNamespace:
    """Level 3 takes its probabilities from torch.distributions."""
    return SimpleNamespace(
        array=torch.as_tensor,
        likelihood=lambda x, mean, logvar: Normal(mean, torch.exp(0.5 * logvar)).log_prob(x),
        kl=lambda mu, logvar: kl_divergence(Normal(mu, torch.exp(0.5 * logvar)), Normal(0.0, 1.0)),
        reparameterize=paper.vae.level.reparameterize,
    )


PARTS: dict[str, Callable[[], SimpleNamespace]] = {
    "numpy": _numpy_parts,
    "lowlevel": _lowlevel_parts,
    "paper": _paper_parts,
}


@dataclass(frozen=True)
class LinearGaussian:
    weight: np.ndarray
    bias: np.ndarray
    scale: float
    x: np.ndarray

    @classmethod
    def draw(cls, pixels: int, latents: int, seed: int) -> "LinearGaussian":
        rng = np.random.default_rng(seed)
        directions = np.linalg.qr(rng.standard_normal((pixels, latents)))[0]
        weight, bias = directions * rng.uniform(0.3, 2.0, latents), rng.standard_normal(pixels)
        scale = float(rng.uniform(0.4, 1.3))
        x = rng.standard_normal((4, latents)) @ weight.T + bias + scale * rng.standard_normal((4, pixels))
        return cls(weight, bias, scale, x)

    @property
    def log_evidence(self) -> np.ndarray:
        covariance = self.weight @ self.weight.T + self.scale**2 * np.eye(len(self.bias))
        return np.atleast_1d(multivariate_normal(self.bias, covariance).logpdf(self.x))

    @property
    def posterior(self) -> tuple[np.ndarray, np.ndarray]:
        variance = 1 / (1 + (self.weight**2).sum(axis=0) / self.scale**2)
        mean = variance * ((self.x - self.bias) @ self.weight) / self.scale**2
        return mean, np.broadcast_to(np.log(variance), mean.shape).copy()

    def decode(self, parts: SimpleNamespace, z: Any) -> tuple[Any, Any]:
        mean = z @ parts.array(self.weight.T.copy()) + parts.array(self.bias)
        return mean, parts.array(np.full(tuple(mean.shape), 2 * np.log(self.scale)))

    def log_weights(self, parts: SimpleNamespace, mu: np.ndarray, logvar: np.ndarray, eps: np.ndarray) -> np.ndarray:
        mu, logvar = parts.array(mu), parts.array(logvar)
        z = parts.reparameterize(mu, logvar, parts.array(eps))
        log_p_x = parts.likelihood(parts.array(self.x), *self.decode(parts, z)).sum(-1)
        log_p_z = parts.likelihood(z, 0 * mu, 0 * logvar).sum(-1)
        log_q_z = parts.likelihood(z, mu, logvar).sum(-1)
        return np.asarray(log_p_x + log_p_z - log_q_z)

    def elbo(self, parts: SimpleNamespace, mu: np.ndarray, logvar: np.ndarray) -> np.ndarray:
        """In closed form: the likelihood at the mean of q, less what its spread costs, less the KL."""
        likelihood = np.asarray(parts.likelihood(parts.array(self.x), *self.decode(parts, parts.array(mu))).sum(-1))
        spread = (np.exp(logvar) * (self.weight**2).sum(axis=0)).sum(axis=-1) / (2 * self.scale**2)
        return likelihood - spread - np.asarray(parts.kl(parts.array(mu), parts.array(logvar)).sum(-1))

    def gap(self, mu: np.ndarray, logvar: np.ndarray) -> np.ndarray:
        """KL(q || true posterior)."""
        mean, log_variance = self.posterior
        squares = (mu - mean) ** 2 * np.exp(-log_variance)
        return 0.5 * (np.exp(logvar - log_variance) + squares - 1 + log_variance - logvar).sum(axis=-1)


@pytest.fixture(params=range(5))
def model(request: pytest.FixtureRequest) -> LinearGaussian:
    return LinearGaussian.draw(*SIZES[request.param], seed=request.param)


@pytest.fixture
def parts(level_name: str) -> SimpleNamespace:
    return PARTS[level_name]()


def _other_posterior(model: LinearGaussian, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng, (mean, logvar) = np.random.default_rng(seed), model.posterior
    return mean + 0.5 * rng.standard_normal(mean.shape), logvar + 0.5 * rng.standard_normal(logvar.shape)


@pytest.mark.parametrize("seed", range(3))
def test_the_elbo_and_the_gap_add_up_to_log_evidence(parts, model, seed):
    mu, logvar = _other_posterior(model, 100 + seed)
    assert np.abs(model.elbo(parts, mu, logvar) + model.gap(mu, logvar) - model.log_evidence).max() <= 1e-8


@pytest.mark.parametrize("k", [1, 2, 7, 50])
def test_with_the_true_posterior_every_draw_gives_log_evidence(parts, model, k):
    mu, logvar = model.posterior
    eps = np.random.default_rng(k).standard_normal((k, *mu.shape))
    log_weights = model.log_weights(parts, mu, logvar, eps)
    assert np.abs(log_weights - model.log_evidence).max() <= 1e-8
    assert np.abs(importance_weighted_bound(log_weights) - model.log_evidence).max() <= 1e-8


def test_the_mean_log_weight_is_the_elbo(parts, model):
    """Within 6 standard errors for each of 4 images: false alarm in fewer than 1 of 10^8 seeds."""
    mu, logvar = _other_posterior(model, 7)
    log_weights = model.log_weights(parts, mu, logvar, np.random.default_rng(8).standard_normal((20_000, *mu.shape)))
    error = log_weights.std(axis=0) / np.sqrt(len(log_weights))
    assert (np.abs(log_weights.mean(axis=0) - model.elbo(parts, mu, logvar)) < 6 * error).all()


def test_bounds_tighten_in_the_order_elbo_iwae_5_iwae_50_log_evidence(parts):
    """Differences of means over 4000 repetitions exceed 5 standard errors.

    Were two expectations equal, each of the 3 comparisons would pass with probability 3e-7 only; as they are, the
    differences here are more than 10 standard errors, so that a false alarm has a probability below 1e-6.
    """
    model = LinearGaussian.draw(11, 3, seed=1)
    mu, logvar = _other_posterior(model, 9)
    eps = np.random.default_rng(10).standard_normal((50, 4000, *mu.shape)).reshape(-1, *mu.shape)
    log_weights = model.log_weights(parts, mu, logvar, eps).reshape(50, -1)
    elbo, iwae_5, iwae_50 = (importance_weighted_bound(log_weights[:k]).reshape(4000, 4).mean(1) for k in (1, 5, 50))
    evidence = np.full(4000, model.log_evidence.mean())
    for lower, higher in ((elbo, iwae_5), (iwae_5, iwae_50), (iwae_50, evidence)):
        difference = higher - lower
        assert difference.mean() > 5 * difference.std() / np.sqrt(4000)
