"""A linear decoder with Gaussian noise: log p(x), the posterior, the ELBO and the gap in closed form.

p(z) = N(0, I) and p(x | z) = N(W z + b, s^2 I), the model of probabilistic principal component analysis (Tipping &
Bishop 1999). What a VAE can only bound is known here. All figures are in nats, one for every image.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from numpy_impl.distributions import LOG_2PI, gaussian_kl, gaussian_log_likelihood, reparameterize
from numpy_impl.operations import Array
from numpy_impl.shapes import Latents, PerImage, PerSample


class LinearGaussian(NamedTuple):
    """W of shape (pixels, latents), b of shape (pixels,), and s, the standard deviation of every pixel."""

    weight: Float[Array, "pixels latents"]
    bias: Float[Array, " pixels"]
    scale: float


def log_evidence(model: LinearGaussian, x: Float[Array, "batch pixels"]) -> PerImage:
    """log p(x) = log N(x; b, W W^T + s^2 I); source: Tipping & Bishop 1999, section 3.1."""
    covariance = model.weight @ model.weight.T + model.scale**2 * np.eye(len(model.bias))
    deviation = x - model.bias
    squares = (deviation * np.linalg.solve(covariance, deviation.T).T).sum(axis=1)
    return -0.5 * (len(model.bias) * LOG_2PI + np.linalg.slogdet(covariance)[1] + squares)


def posterior(
    model: LinearGaussian, x: Float[Array, "batch pixels"]
) -> tuple[Latents, Float[Array, "latents latents"]]:
    """Return m and S of p(z | x) = N(m, S): S = (I + W^T W / s^2)^-1, the same for every x; m = S W^T (x - b) / s^2."""
    precision = np.eye(model.weight.shape[1]) + model.weight.T @ model.weight / model.scale**2
    covariance = np.linalg.inv(precision)
    return (x - model.bias) @ model.weight @ covariance / model.scale**2, covariance


def best_diagonal(model: LinearGaussian, x: Float[Array, "batch pixels"]) -> tuple[Latents, Latents]:
    """Return mu and logvar of the q(z | x) with independent latents whose ELBO is highest.

    Its mean is that of the posterior, its variances are 1 / (S^-1)_jj. Source: Bishop 2006, section 10.1.2.
    """
    mean, covariance = posterior(model, x)
    logvar = -np.log(np.diag(np.linalg.inv(covariance)))
    return mean, np.broadcast_to(logvar, mean.shape).copy()


def elbo(model: LinearGaussian, x: Float[Array, "batch pixels"], mu: Latents, logvar: Latents) -> PerImage:
    """E_q[log p(x | z)] - KL(q || p(z)) of q(z | x) = N(mu, diag(exp(logvar))), with no sampling.

    The expectation is the log likelihood at the mean of q, less sum_j sigma_j^2 |w_j|^2 / (2 s^2) for its spread.
    """
    at_mean = gaussian_log_likelihood(x, mu @ model.weight.T + model.bias, _noise(model))[0].sum(axis=1)
    spread = np.exp(logvar) @ (model.weight**2).sum(axis=0) / (2 * model.scale**2)
    return at_mean - spread - gaussian_kl(mu, logvar)[0].sum(axis=1)


def gap(model: LinearGaussian, x: Float[Array, "batch pixels"], mu: Latents, logvar: Latents) -> PerImage:
    """KL(N(mu, diag(exp(logvar))) || N(m, S)), from q to the true posterior: what the ELBO lacks of log p(x)."""
    mean, covariance = posterior(model, x)
    precision, deviation = np.linalg.inv(covariance), mu - mean
    squares = ((deviation @ precision) * deviation).sum(axis=1) + np.exp(logvar) @ np.diag(precision)
    return 0.5 * (squares - mu.shape[1] + np.linalg.slogdet(covariance)[1] - logvar.sum(axis=1))


def log_weights(
    model: LinearGaussian,
    x: Float[Array, "batch pixels"],
    mu: Latents,
    logvar: Latents,
    eps: Float[Array, "samples batch latents"],
) -> PerSample:
    """log w = log p(x | z) + log p(z) - log q(z | x) of every sample of every image, with z = mu + sigma eps."""
    z = reparameterize(mu, logvar, eps)[0]
    log_likelihood = gaussian_log_likelihood(x, z @ model.weight.T + model.bias, _noise(model))[0].sum(axis=-1)
    log_prior = gaussian_log_likelihood(z, np.zeros_like(mu), np.zeros_like(mu))[0].sum(axis=-1)
    return log_likelihood + log_prior - gaussian_log_likelihood(z, mu, logvar)[0].sum(axis=-1)


def _noise(model: LinearGaussian) -> Array:
    """Return log s^2, for every pixel the same."""
    return np.full_like(model.bias, 2 * np.log(model.scale))
