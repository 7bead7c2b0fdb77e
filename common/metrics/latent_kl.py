"""What each latent tells of an image."""

import numpy as np
from jaxtyping import Float, Float64

from common.metrics.inputs import real_numbers


def latent_kl(
    mu: Float[np.ndarray, "n latents"], logvar: Float[np.ndarray, "_n latents"]
) -> Float64[np.ndarray, " latents"]:
    """Return the KL divergence from q(z_j | x) to N(0, 1) of every latent, in nats, a mean over images.

    Source: Kingma & Welling 2013, appendix B.

    Raises
    ------
    InvalidArgument
        If there are no images, or a number is not finite.
    """
    mu, logvar = (real_numbers(name, values, axes=2) for name, values in (("mu", mu), ("logvar", logvar)))
    return (0.5 * (mu**2 + np.exp(logvar) - 1 - logvar)).mean(axis=0)
