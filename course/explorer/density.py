"""Where the codes of all images lie, beside where the prior puts them."""

import numpy as np
from jaxtyping import Float, Float64
from scipy.special import logsumexp

from common.streams import Stream, normal

HOLE = -np.log(10)
"""In a hole q(z) is less than a tenth of p(z): log q(z) - log p(z) is below this."""

_PLACES_AT_ONCE = 512


def log_ratio(
    z: Float[np.ndarray, "places latents"],
    mu: Float[np.ndarray, "images latents"],
    logvar: Float[np.ndarray, "images latents"],
) -> Float64[np.ndarray, " places"]:
    """Return log q(z) - log p(z) in nats, where q(z) = (1/N) sum_n q(z | x_n), the aggregate posterior.

    Source: Makhzani et al. 2015, section 2; p(z) = N(0, I).
    """
    z, mu, logvar = (array.astype(np.float64) for array in (z, mu, logvar))
    parts = [_log_ratio(z[start : start + _PLACES_AT_ONCE], mu, logvar) for start in range(0, len(z), _PLACES_AT_ONCE)]
    return np.concatenate(parts)


def plane_of(reach: float, side: int) -> Float64[np.ndarray, "places 2"]:
    """Return the places of a grid on [-reach, reach]^2: rows of growing z[1], and z[0] growing along each."""
    values = np.linspace(-reach, reach, side)
    return np.stack(np.meshgrid(values, values), axis=-1).reshape(-1, 2)


def share_in_holes(
    mu: Float[np.ndarray, "images latents"], logvar: Float[np.ndarray, "images latents"], seed: int, samples: int = 4000
) -> float:
    """Estimate which share of the prior lies in holes, from that many samples of it."""
    z = normal(seed, Stream.PICTURE, 0, (samples, mu.shape[1]))
    return float((log_ratio(z, mu, logvar) < HOLE).mean())


def _log_ratio(z: np.ndarray, mu: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    # the constant of the Gaussian is the same in both densities
    precision = np.exp(-logvar)
    squares = z**2 @ precision.T - 2 * z @ (mu * precision).T + (mu**2 * precision).sum(axis=1)
    log_q = logsumexp(-0.5 * (squares + logvar.sum(axis=1)), axis=1) - np.log(len(mu))
    return log_q + 0.5 * (z**2).sum(axis=1)
