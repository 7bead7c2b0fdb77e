"""Level 2 behind the names of `common.level.Level`."""

from pytorch_lowlevel.training import asarray, parameters, start
from pytorch_lowlevel.vae import (
    decode,
    elbo,
    encode,
    log_weights,
    reconstruct,
    reparameterize,
    sample,
    value_and_grad,
)

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
