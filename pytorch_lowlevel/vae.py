"""Level 2: the variational autoencoder in plain PyTorch functions.

Conventions (reductions, signs, names, shapes) are those of CONVENTIONS.md. Figures are in nats per image.
"""

from types import ModuleType

import torch
from jaxtyping import Float
from torch import Tensor

from common.architecture import MLP, Conv, kind_of
from common.objective import Elbo, Loss, Objective
from pytorch_lowlevel import conv, mlp
from pytorch_lowlevel.distributions import gaussian_kl, gaussian_log_likelihood, reparameterize
from pytorch_lowlevel.likelihood import log_likelihood
from pytorch_lowlevel.objective import kl_penalty

NETWORKS = {MLP: mlp, Conv: conv}
PIXELS = (-3, -2, -1)
Parameters = dict[str, Tensor]


def encode(
    params: Parameters, x: Float[Tensor, "batch channels height width"]
) -> tuple[Float[Tensor, "batch latents"], Float[Tensor, "batch latents"]]:
    """Return mu and logvar = log sigma^2 of q(z | x)."""
    return _network(params).encode(params, x)


def decode(
    params: Parameters, z: Float[Tensor, "batch latents"], image_shape: tuple[int, ...]
) -> Float[Tensor, "batch channels height width"]:
    """Return the logits of p(x | z), whose sigmoid is E[x | z]."""
    return _network(params).decode(params, z, image_shape)


def elbo(
    params: Parameters, x: Float[Tensor, "batch channels height width"], eps: Float[Tensor, "batch latents"]
) -> Elbo:
    """Estimate the evidence lower bound with one sampled z an image; source: Kingma & Welling 2013, eq. 10."""
    mu, logvar = encode(params, x)
    logits = decode(params, reparameterize(mu, logvar, eps), x.shape[1:])
    reconstruction = -log_likelihood(params, x, logits).sum(dim=PIXELS).mean()
    kl = gaussian_kl(mu, logvar).sum(dim=1).mean()
    return Elbo(-(reconstruction + kl), reconstruction, kl)


def log_weights(
    params: Parameters, x: Float[Tensor, "batch channels height width"], eps: Float[Tensor, "samples batch latents"]
) -> Float[Tensor, "samples batch"]:
    """Return log w = log p(x | z) + log p(z) - log q(z | x) for every sample of every image.

    Their log-mean-exp over samples estimates log p(x); source: Burda et al. 2015, eq. 8.
    """
    mu, logvar = encode(params, x)
    z = reparameterize(mu, logvar, eps)
    logits = decode(params, z.flatten(0, 1), x.shape[1:]).view(*z.shape[:2], *x.shape[1:])
    log_p = log_likelihood(params, x, logits).sum(dim=PIXELS)
    log_prior = gaussian_log_likelihood(z, torch.zeros_like(mu), torch.zeros_like(mu)).sum(dim=-1)
    log_posterior = gaussian_log_likelihood(z, mu, logvar).sum(dim=-1)
    return log_p + log_prior - log_posterior


def value_and_grad(
    params: Parameters,
    x: Float[Tensor, "batch channels height width"],
    eps: Float[Tensor, "batch latents"],
    objective: Objective,
) -> tuple[Loss, Parameters]:
    """Return the loss with its parts, and the gradient of the loss with respect to every parameter.

    The loss is ``reconstruction + kl_penalty(kl, objective)`` in nats per image. All tensors that come back are
    detached, and ``params`` stays as it was.
    """
    leaves = {name: value.detach().requires_grad_() for name, value in params.items()}
    mu, logvar = encode(leaves, x)
    logits = decode(leaves, reparameterize(mu, logvar, eps), x.shape[1:])
    reconstruction = -log_likelihood(leaves, x, logits).sum(dim=PIXELS).mean()
    kl = gaussian_kl(mu, logvar)
    loss = reconstruction + kl_penalty(kl, objective)
    grads = torch.autograd.grad(loss, list(leaves.values()))
    parts = Loss(loss.detach(), reconstruction.detach(), kl.detach().sum(dim=1).mean())
    return parts, dict(zip(leaves, grads, strict=True))


def sample(
    params: Parameters, eps: Float[Tensor, "batch latents"], image_shape: tuple[int, ...]
) -> Float[Tensor, "batch channels height width"]:
    """Return the mean images E[x | z] for z = eps drawn from the prior N(0, I)."""
    return torch.sigmoid(decode(params, eps, image_shape))


def reconstruct(
    params: Parameters, x: Float[Tensor, "batch channels height width"], eps: Float[Tensor, "batch latents"]
) -> Float[Tensor, "batch channels height width"]:
    """Return the mean images E[x | z] for z drawn from q(z | x); eps = 0 gives the picture of z = mu."""
    mu, logvar = encode(params, x)
    return sample(params, reparameterize(mu, logvar, eps), x.shape[1:])


def _network(params: Parameters) -> ModuleType:
    return NETWORKS[kind_of(params)]
