"""Numbers that several papers log; names and meanings are those of `common.training.health`."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence
from torch.nn.utils import get_total_norm

from paper.kit.codebook import Quantized, perplexity

STANDARD = Normal(0.0, 1.0, validate_args=False)


def gradient_norm(model: nn.Module) -> Tensor:
    """Return the Euclidean norm of the gradient that a step has just taken."""
    return get_total_norm([value.grad for value in model.parameters() if value.grad is not None])


def kl_per_latent(q: Normal, prior: Normal = STANDARD) -> Float[Tensor, " latents"]:
    """Return the KL divergence of every latent, in nats, a mean over images."""
    return kl_divergence(q, prior).detach().mean(0)


def health_of_codes(grids: Sequence[Quantized], K: int) -> dict[str, Any]:
    """Return what a minibatch says of the codes, which has many more places than there are codes."""
    used, unused = zip(*(perplexity(grid.codes, K) for grid in grids), strict=True)
    norm = torch.stack([grid.z_e.detach().norm(dim=1).mean() for grid in grids]).mean()
    return {
        "perplexity": list(used),
        "dead_codes": [round(share * K / 100) for share in unused],
        "codes": K,
        "encoder_norm": norm,
    }
