"""Level 2: the VAE in plain PyTorch functions and autograd; `common.level.Level` states what is offered here."""

import torch

from pytorch_lowlevel.training import asarray, parameters, start
from pytorch_lowlevel.vae import decode, elbo, encode, log_weights, reconstruct, reparameterize, sample, value_and_grad

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

# The first multi-threaded exp, log or tanh of a process can be off in one thread's half (seen: 3e-9 in
# float64, in about 1 of 13 starts of torch 2.13 on the CPU). A single-element exp first prevents it.
torch.exp(torch.zeros(1))
