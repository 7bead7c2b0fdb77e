"""How far the ELBO of one image rises when its own q(z | x) is searched for, and the decoder stays as it is.

The rise is at least a part of what the encoder loses by being one network for all images, the amortisation gap
(Cremer et al. 2018). As a
score of anomalies it is the likelihood regret of Xiao et al. 2020.
"""

import numpy as np
from jaxtyping import Float

from common.initial import Parameters
from numpy_impl import likelihood
from numpy_impl.distributions import gaussian_kl, reparameterize
from numpy_impl.objective import PIXELS
from numpy_impl.operations import Array, PullbackToMany
from numpy_impl.shapes import Images, Latents, PerImage
from numpy_impl.vae import encode, network_of


def elbo_of_q(
    params: Parameters, x: Images, mu: Latents, logvar: Latents, eps: Latents
) -> tuple[PerImage, PullbackToMany]:
    """Estimate the ELBO of every image for a q(z | x) of its own, in nats, with the pullback dy -> (dmu, dlogvar).

    The q of an image is N(mu, exp(logvar)), its sample z = mu + exp(logvar / 2) eps. dy has a number for every image,
    and a row of dmu and dlogvar depends on the image of that row alone. Parameters get no gradient.
    """
    z, z_pullback = reparameterize(mu, logvar, eps)
    logits, decoder_pullback = network_of(params).decode(params, z, x.shape[1:])
    log_likelihood, likelihood_pullback = likelihood.log_likelihood(params, x, logits)
    kl, kl_pullback = gaussian_kl(mu, logvar)

    def pullback(dy: PerImage) -> tuple[Latents, Latents]:
        dlogits, _ = likelihood_pullback(dy[:, None, None, None])
        dz, _ = decoder_pullback(dlogits)
        dmu_z, dlogvar_z = z_pullback(dz)
        dmu_kl, dlogvar_kl = kl_pullback(-dy[:, None])
        return dmu_z + dmu_kl, dlogvar_z + dlogvar_kl

    return log_likelihood.sum(axis=PIXELS) - kl.sum(axis=1), pullback


def search_q(
    params: Parameters,
    x: Images,
    mu: Latents,
    logvar: Latents,
    eps: Float[Array, "steps batch latents"],
    step_size: float,
) -> tuple[Latents, Latents]:
    """Return mu and logvar of every image after plain gradient ascent on its own ELBO, a step for each draw of eps.

    Each step adds ``step_size`` times the gradient of `elbo_of_q` to both; without a step they stay as they are.
    """
    for noise in eps:
        dmu, dlogvar = elbo_of_q(params, x, mu, logvar, noise)[1](np.ones(len(x), mu.dtype))
        mu, logvar = mu + step_size * dmu, logvar + step_size * dlogvar
    return mu, logvar


def likelihood_regret(
    params: Parameters,
    x: Images,
    search_eps: Float[Array, "steps batch latents"],
    eps: Float[Array, "samples batch latents"],
    step_size: float,
) -> PerImage:
    """Return how many nats the ELBO of every image rises from the encoder's q to the one that `search_q` finds.

    The search begins at the encoder's q. Both ELBOs are means over the samples of ``eps``, the same for both and not
    seen in the search. Where the search has found no better q, the encoder's is the best one known, and the regret is
    0. Source: Xiao et al. 2020.
    """
    encoded = encode(params, x)
    searched = search_q(params, x, *encoded, search_eps, step_size)
    before, after = (np.mean([elbo_of_q(params, x, *q, one)[0] for one in eps], axis=0) for q in (encoded, searched))
    return np.maximum(after - before, 0)
