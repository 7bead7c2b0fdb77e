"""Level 3 behind the names of `common.level.Level`: a module is called with the parameters that are given."""

from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from common.architecture import Architecture, architecture_of
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
    return _call("encode", params, x.shape[1:], x)


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    """Return z = mu + sigma eps."""
    return mu + torch.exp(0.5 * logvar) * eps


def decode(params: Parameters, z: Tensor, image_shape: tuple[int, ...]) -> Tensor:
    """Return the logits of p(x | z), whose sigmoid is E[x | z]."""
    return _call("decode", params, image_shape, z)


def elbo(params: Parameters, x: Tensor, eps: Tensor) -> Elbo:
    """Estimate the evidence lower bound with one sampled z an image."""
    return _call("elbo", params, x.shape[1:], x, eps)


def log_weights(params: Parameters, x: Tensor, eps: Tensor) -> Tensor:
    """Return log importance weights, (samples, batch)."""
    return _call("log_weights", params, x.shape[1:], x, eps)


def value_and_grad(params: Parameters, x: Tensor, eps: Tensor, objective: Objective) -> tuple[Loss, Parameters]:
    """Return the loss with its parts, and the gradient of the loss with respect to every parameter."""
    leaves = {name: value.detach().requires_grad_() for name, value in params.items()}
    log_likelihood, kl = _call("forward", leaves, x.shape[1:], x, eps)
    loss = -log_likelihood.mean() + kl_penalty(kl, objective)
    grads = torch.autograd.grad(loss, list(leaves.values()))
    parts = Loss(loss.detach(), -log_likelihood.detach().mean(), kl.detach().sum(dim=1).mean())
    return parts, dict(zip(leaves, grads, strict=True))


def sample(params: Parameters, eps: Tensor, image_shape: tuple[int, ...]) -> Tensor:
    """Return the mean images E[x | z] for z = eps drawn from the prior."""
    return _call("sample", params, image_shape, eps)


def reconstruct(params: Parameters, x: Tensor, eps: Tensor) -> Tensor:
    """Return the mean images E[x | z] for z drawn from q(z | x)."""
    return _call("reconstruct", params, x.shape[1:], x, eps)


class _Methods(nn.Module):
    """A VAE whose methods are called by their names, as `functional_call` calls nothing but ``forward``."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.vae = VAE(architecture)

    def forward(self, name: str, *arguments: Tensor) -> Any:
        return getattr(self.vae, name)(*arguments)


@cache
def _module(architecture: Architecture) -> _Methods:
    """Return the one module of an architecture, without parameters of its own."""
    with torch.device("meta"):
        return _Methods(architecture)


def _call(method: str, params: Parameters, image_shape: tuple[int, ...], *arguments: Tensor) -> Any:
    depth, height, width = image_shape
    shapes = {name: tuple(value.shape) for name, value in params.items()}
    module = _module(architecture_of(shapes, (depth, height, width)))
    named = {f"vae.{name}": value for name, value in params.items()}
    return functional_call(module, named, (method, *arguments))
