"""Level 3 behind the names of `common.level.Level`: a module is made around the parameters that are given."""

import numpy as np
import torch
from torch import Tensor

from common.architecture import architecture_of
from common.objective import Elbo, Loss, Objective
from paper.vae.objective import kl_penalty
from paper.vae.training import start
from paper.vae.vae import VAE

__all__ = [
    "asarray",
    "decode",
    "elbo",
    "encode",
    "log_weights",
    "parameters",
    "reconstruct",
    "reparameterize",
    "sample",
    "start",
    "value_and_grad",
]

Parameters = dict[str, Tensor]


def asarray(array: np.ndarray, params: Parameters) -> Tensor:
    """Convert a NumPy array to a tensor of the precision and on the device of the parameters."""
    like = next(iter(params.values()))
    return torch.as_tensor(array).to(like.device, like.dtype)


def parameters(arrays: dict[str, np.ndarray]) -> Parameters:
    """Copy NumPy arrays into tensors."""
    return {name: torch.tensor(value) for name, value in arrays.items()}


def encode(params: Parameters, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return mu and logvar = log sigma^2 of q(z | x)."""
    return _module(params, x.shape[1:]).encode(x)


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    """Return z = mu + sigma eps."""
    return mu + torch.exp(0.5 * logvar) * eps


def decode(params: Parameters, z: Tensor, image_shape: tuple[int, ...]) -> Tensor:
    """Return the logits of p(x | z)."""
    return _module(params, image_shape).decode(z)


def elbo(params: Parameters, x: Tensor, eps: Tensor) -> Elbo:
    """Estimate the evidence lower bound with one sampled z an image."""
    return _module(params, x.shape[1:]).elbo(x, eps)


def log_weights(params: Parameters, x: Tensor, eps: Tensor) -> Tensor:
    """Return log importance weights, (samples, batch)."""
    return _module(params, x.shape[1:]).log_weights(x, eps)


def value_and_grad(params: Parameters, x: Tensor, eps: Tensor, objective: Objective) -> tuple[Loss, Parameters]:
    """Return the loss with its parts, and the gradient of the loss with respect to every parameter."""
    module = _module(params, x.shape[1:]).requires_grad_()
    log_likelihood, kl = module(x, eps)
    loss = -log_likelihood.mean() + kl_penalty(kl, objective)
    leaves = dict(module.named_parameters())
    grads = torch.autograd.grad(loss, list(leaves.values()))
    parts = Loss(loss.detach(), -log_likelihood.detach().mean(), kl.detach().sum(dim=1).mean())
    return parts, dict(zip(leaves, grads, strict=True))


def sample(params: Parameters, eps: Tensor, image_shape: tuple[int, ...]) -> Tensor:
    """Return the mean images E[x | z] for z = eps drawn from the prior."""
    return _module(params, image_shape).sample(eps)


def reconstruct(params: Parameters, x: Tensor, eps: Tensor) -> Tensor:
    """Return the mean images E[x | z] for z drawn from q(z | x)."""
    return _module(params, x.shape[1:]).reconstruct(x, eps)


def _module(params: Parameters, image_shape: tuple[int, ...]) -> VAE:
    shapes = {name: tuple(value.shape) for name, value in params.items()}
    depth, height, width = image_shape
    with torch.device("meta"):
        module = VAE(architecture_of(shapes, (depth, height, width)))
    module.load_state_dict(params, assign=True)
    return module.requires_grad_(requires_grad=False)
