"""The Bernoulli log-likelihood of many reconstructions of the same image, with its gradient written by hand."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function
from torch.nn.functional import softplus


class _LogLikelihood(Function):
    """sum_d x_d l_d + log sigmoid(-l_d), computed in float32; the gradient x - sigmoid(l) is kept in l's precision."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, x: Tensor) -> Tensor:
        wide = logits if logits.dtype == torch.float64 else logits.float()
        with torch.autocast(logits.device.type, enabled=False):  # in bfloat16 the sum over pixels would lose its nats
            log_p = torch.bmm(wide, x[..., None])[..., 0]
        if not ctx.needs_input_grad[0]:
            return log_p - softplus(wide).sum(-1)
        off = torch.sigmoid(-wide)  # the probability of 0
        ctx.save_for_backward((off + (x - 1)[:, None]).to(logits.dtype))
        # softplus(l) = -log off, and l itself where off is too small for a float
        return log_p - torch.maximum(off.clamp_min_(torch.finfo(off.dtype).tiny).log_().neg_(), wide).sum(-1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (difference,) = ctx.saved_tensors
        return difference * gradients[0].to(difference.dtype)[..., None], None


def log_likelihood(logits: Float[Tensor, "n k D"], x: Float[Tensor, "n D"]) -> Float[Tensor, "n k"]:
    """Return log p(x) under k sets of logits for each of n images, in nats per image.

    The k sets share their image, so x is not copied k times, and one sigmoid serves value and gradient: half the
    time of ``x * logits - softplus(logits)``. No gradient flows to x.
    """
    return _LogLikelihood.apply(logits, x)  # pyright: ignore[reportReturnType]
