"""Numbers that several papers log; names and meanings are those of `common.training.health`."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence
from torch.nn.utils import get_total_norm

STANDARD = Normal(0.0, 1.0, validate_args=False)


def gradient_norm(model: nn.Module) -> Tensor:
    """Return the Euclidean norm of the gradient that a step has just taken."""
    return get_total_norm([value.grad for value in model.parameters() if value.grad is not None])


def kl_per_latent(q: Normal, prior: Normal = STANDARD) -> Float[Tensor, " latents"]:
    """Return the KL divergence of every latent, in nats, a mean over images."""
    return kl_divergence(q, prior).detach().mean(0)
