"""Group normalisation as value and pullback. Source: Wu & He 2018 (arXiv 1803.08494), section 3.1."""

import numpy as np
from jaxtyping import Float

from numpy_impl.operations import Array, PullbackToMany

Images = Float[Array, "batch channels height width"]
PerChannel = Float[Array, " channels"]


def group_norm(
    x: Images, weight: PerChannel, bias: PerChannel, groups: int, epsilon: float
) -> tuple[Images, PullbackToMany]:
    """y = weight * (x - mean) / sqrt(variance + epsilon) + bias, with its pullback dy -> (dx, dweight, dbias).

    The channels of an image are cut, in their order, into ``groups`` groups of equal size. Mean and variance are those
    of one group in one image, over its channels, rows and columns; the variance is divided by how many numbers these
    are, not by one less. Weight and bias have a number for each channel.
    """
    grouped = x.reshape(len(x), groups, -1)
    centred = grouped - grouped.mean(axis=2, keepdims=True)
    inverse = 1 / np.sqrt((centred**2).mean(axis=2, keepdims=True) + epsilon)
    normal = centred * inverse

    def pullback(dy: Images) -> tuple[Array, Array, Array]:
        dnormal = (dy * weight[:, None, None]).reshape(normal.shape)
        through_mean = dnormal.mean(axis=2, keepdims=True)
        through_variance = normal * (dnormal * normal).mean(axis=2, keepdims=True)
        dx = inverse * (dnormal - through_mean - through_variance)
        dweight = (dy * normal.reshape(x.shape)).sum(axis=(0, 2, 3))
        return dx.reshape(x.shape), dweight, dy.sum(axis=(0, 2, 3))

    return weight[:, None, None] * normal.reshape(x.shape) + bias[:, None, None], pullback
