"""Level 1: the VAE in NumPy, with every gradient written by hand; `common.level.Level` states what is offered here."""

from numpy_impl.training import asarray, parameters, start
from numpy_impl.vae import decode, elbo, encode, log_weights, reconstruct, reparameterize, sample, value_and_grad

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
