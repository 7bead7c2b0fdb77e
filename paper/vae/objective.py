"""What the objective makes of the KL divergence, on one process or on several."""

import torch
import torch.distributed as dist
from jaxtyping import Float
from torch import Tensor

from common.objective import BetaObjective, CapacityObjective, Objective


def kl_penalty(kl: Float[Tensor, "batch latents"], objective: Objective) -> Float[Tensor, ""]:
    """Return the part of the loss that holds the KL, in nats per image, from the KL of the global batch."""
    per_latent = global_mean(kl.mean(dim=0))
    match objective:
        case BetaObjective(beta, free_bits):
            return beta * per_latent.clamp(min=free_bits).sum()
        case CapacityObjective(capacity, gamma):
            return gamma * (per_latent.sum() - capacity).abs()


def global_mean(local: Tensor) -> Tensor:
    """Return the mean over all processes; with one process, the tensor itself."""
    return _GlobalMean.apply(local) if dist.is_initialized() else local


class _GlobalMean(torch.autograd.Function):
    """The mean forward, the identity backward.

    DistributedDataParallel averages the gradients of the processes. With L = f(mean_r k_r) the average of
    f'(mean) dk_r is the gradient of L, so each process passes f'(mean) on to its own k_r unchanged.
    """

    @staticmethod
    def forward(ctx: object, local: Tensor) -> Tensor:
        total = local.detach().clone()
        dist.all_reduce(total)
        return total / dist.get_world_size()

    @staticmethod
    def backward(ctx: object, *cotangents: Tensor) -> Tensor:
        return cotangents[0]
