"""Group normalisation with autograd; `numpy_impl.group_norm` has the same function with a pullback.

Source: Wu & He 2018 (arXiv 1803.08494), section 3.1.
"""

from jaxtyping import Float
from torch import Tensor


def group_norm(
    x: Float[Tensor, "batch channels height width"],
    weight: Float[Tensor, " channels"],
    bias: Float[Tensor, " channels"],
    groups: int,
    epsilon: float,
) -> Float[Tensor, "batch channels height width"]:
    """y = weight * (x - mean) / sqrt(variance + epsilon) + bias; mean and variance of one group in one image."""
    grouped = x.unflatten(1, (groups, -1)).flatten(2)
    centred = grouped - grouped.mean(2, keepdim=True)
    normal = centred / (centred.square().mean(2, keepdim=True) + epsilon).sqrt()
    return weight[:, None, None] * normal.view_as(x) + bias[:, None, None]
