"""The term of the loss that holds the KL divergence, for each objective."""

from jaxtyping import Float
from torch import Tensor

from common.objective import BetaObjective, CapacityObjective, Objective


def kl_penalty(kl: Float[Tensor, "batch latents"], objective: Objective) -> Float[Tensor, ""]:
    """Return the part of the loss that holds the KL, in nats per image."""
    match objective:
        case BetaObjective(beta, minimum):
            return beta * free_bits(kl, minimum)
        case CapacityObjective(capacity, gamma):
            return gamma * distance_to_capacity(kl, capacity)


def free_bits(kl: Float[Tensor, "batch latents"], minimum: float) -> Float[Tensor, ""]:
    """sum_j max(minimum, mean_b KL_bj); source: Kingma et al. 2016, eq. 15."""
    return kl.mean(dim=0).clamp(min=minimum).sum()


def distance_to_capacity(kl: Float[Tensor, "batch latents"], capacity: float) -> Float[Tensor, ""]:
    """|mean_b sum_j KL_bj - capacity|; source: Burgess et al. 2018, eq. 8."""
    return (kl.sum(dim=1).mean() - capacity).abs()
