"""Which latents carry information."""

import numpy as np
from jaxtyping import Float, Float64

from common.metrics.inputs import real_numbers

ACTIVE_ABOVE = 1e-2


def latent_activity(mu: Float[np.ndarray, "n latents"]) -> Float[np.ndarray, " latents"]:
    """Var_x(E_q[z_j | x]) of every latent, from the posterior means of many images; the variance divides by n.

    Raises
    ------
    InvalidArgument
        If there are fewer than two images, or a number is not finite.
    """
    mu = _of_images(mu)
    return mu.var(axis=0)


def active_units(mu: Float[np.ndarray, "n latents"]) -> int:
    """Count the latents whose activity is above 0.01; source: Burda et al. 2015, section 5.2.

    Raises
    ------
    InvalidArgument
        If there are fewer than two images, or a number is not finite.
    """
    return int((latent_activity(mu) > ACTIVE_ABOVE).sum())


def active_units_if_known(mu: Float[np.ndarray, "n latents"]) -> int | None:
    """Return `active_units`, or None where nobody can tell: of a single image, or after a model has diverged."""
    return active_units(mu) if len(mu) > 1 and np.isfinite(mu).all() else None


def has_collapsed(active: int, latents: int) -> bool:
    """Whether at most a tenth of the latents is active: the decoder then does nearly without z."""
    return active <= latents // 10


def _of_images(mu: Float[np.ndarray, "n latents"]) -> Float64[np.ndarray, "n latents"]:
    return real_numbers("mu", mu, axes=2, rows=2)
