"""Level 1: the variational autoencoder in NumPy, with its backward written out.

Conventions (reductions, signs, names, shapes) are those of CONVENTIONS.md. Figures are in nats per image.
"""

from collections.abc import Callable
from types import ModuleType

import numpy as np
from jaxtyping import Float

from common.architecture import MLP, Conv, kind_of
from common.initial import Parameters
from common.objective import Elbo, Loss, Objective
from numpy_impl import conv, distributions, likelihood, mlp
from numpy_impl.distributions import gaussian_kl, gaussian_log_likelihood
from numpy_impl.objective import PIXELS, kl_penalty, reduce_elbo
from numpy_impl.operations import Array, sigmoid
from numpy_impl.shapes import Images, Latents, PerSample, SampledLatents

NETWORKS = {MLP: mlp, Conv: conv}


def encode(params: Parameters, x: Images) -> tuple[Latents, Latents]:
    """Return mu and logvar = log sigma^2 of q(z | x)."""
    return network_of(params).encode(params, x)[0]


def reparameterize(mu: Latents, logvar: Latents, eps: SampledLatents) -> SampledLatents:
    """Return z = mu + sigma eps."""
    return distributions.reparameterize(mu, logvar, eps)[0]


def decode(params: Parameters, z: Latents, image_shape: tuple[int, ...]) -> Images:
    """Return the logits of p(x | z), whose sigmoid is E[x | z]."""
    return network_of(params).decode(params, z, image_shape)[0]


def elbo(params: Parameters, x: Images, eps: Latents) -> Elbo:
    """Estimate the evidence lower bound with one sampled z an image; source: Kingma & Welling 2013, eq. 10."""
    mu, logvar = encode(params, x)
    logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
    return reduce_elbo(likelihood.log_likelihood(params, x, logits)[0], gaussian_kl(mu, logvar)[0])


def log_weights(params: Parameters, x: Images, eps: Float[Array, "samples batch latents"]) -> PerSample:
    """Return log w = log p(x | z) + log p(z) - log q(z | x) for every sample of every image.

    Their log-mean-exp over samples estimates log p(x); source: Burda et al. 2015, eq. 8.
    """
    mu, logvar = encode(params, x)
    z = reparameterize(mu, logvar, eps)
    logits = decode(params, z.reshape(-1, z.shape[-1]), x.shape[1:]).reshape(*z.shape[:2], *x.shape[1:])
    log_likelihood = likelihood.log_likelihood(params, x, logits)[0].sum(axis=PIXELS)
    log_prior = gaussian_log_likelihood(z, np.zeros_like(mu), np.zeros_like(mu))[0].sum(axis=-1)
    log_posterior = gaussian_log_likelihood(z, mu, logvar)[0].sum(axis=-1)
    return log_likelihood + log_prior - log_posterior


def loss(
    params: Parameters, x: Images, eps: Latents, objective: Objective
) -> tuple[Loss, Callable[[float], Parameters]]:
    """Return the loss with its parts, and the pullback dloss -> gradients of all parameters by name.

    The pullback reads as the lines above it in reverse.
    """
    network = network_of(params)
    (mu, logvar), encoder_pullback = network.encode(params, x)
    z, z_pullback = distributions.reparameterize(mu, logvar, eps)
    logits, decoder_pullback = network.decode(params, z, x.shape[1:])
    log_likelihood, likelihood_pullback = likelihood.log_likelihood(params, x, logits)
    kl, kl_pullback = gaussian_kl(mu, logvar)
    penalty, penalty_pullback = kl_penalty(kl, objective)
    parts = reduce_elbo(log_likelihood, kl)

    def pullback(dloss: float) -> Parameters:
        dlogits, likelihood_grads = likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))
        dz, decoder_grads = decoder_pullback(dlogits)
        dmu_z, dlogvar_z = z_pullback(dz)
        dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback(dloss))
        encoder_grads = encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)
        return {**encoder_grads, **decoder_grads, **likelihood_grads}

    return Loss(parts.reconstruction + penalty, parts.reconstruction, parts.kl), pullback


def value_and_grad(params: Parameters, x: Images, eps: Latents, objective: Objective) -> tuple[Loss, Parameters]:
    """Return the loss with its parts, and the gradient of the loss with respect to every parameter."""
    value, pullback = loss(params, x, eps, objective)
    return value, pullback(1.0)


def sample(params: Parameters, eps: Latents, image_shape: tuple[int, ...]) -> Images:
    """Return the mean images E[x | z] for z = eps drawn from the prior N(0, I)."""
    return sigmoid(decode(params, eps, image_shape))[0]


def reconstruct(params: Parameters, x: Images, eps: Latents) -> Images:
    """Return the mean images E[x | z] for z drawn from q(z | x); eps = 0 gives the picture of z = mu."""
    mu, logvar = encode(params, x)
    return sample(params, reparameterize(mu, logvar, eps), x.shape[1:])


def network_of(params: Parameters) -> ModuleType:
    """Return the module with the encoder and decoder that these parameters belong to."""
    return NETWORKS[kind_of(params)]
