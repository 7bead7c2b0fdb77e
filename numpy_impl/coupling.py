"""The affine coupling of a flow, and its inverse. Source: Dinh et al. 2017 (arXiv 1605.08803), sections 3.2 and 3.3."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from numpy_impl.operations import Array

Images = Float[Array, "batch _channels height width"]
Network = Callable[[Array], tuple[Array, Array]]


def couple(x: Images, network: Network, bound: float) -> tuple[Images, Float[Array, " batch"]]:
    """Return y and log |det dy/dx| of each image, in nats.

    Of C channels the first C // 2 stay as they are. From them alone ``network`` makes (raw, shift), each in the shape
    of the other channels, which are multiplied by exp(log_scale) and then shifted. log_scale is
    bound * tanh(raw / bound), so that its absolute value stays below ``bound``.
    """
    kept, moved = np.split(x, [x.shape[1] // 2], axis=1)
    raw, shift = network(kept)
    log_scale = bound * np.tanh(raw / bound)
    y = np.concatenate([kept, moved * np.exp(log_scale) + shift], axis=1)
    return y, log_scale.sum(axis=(1, 2, 3))


def uncouple(y: Images, network: Network, bound: float) -> Images:
    """Return the x of which `couple` makes y, with the same network and bound."""
    kept, moved = np.split(y, [y.shape[1] // 2], axis=1)
    raw, shift = network(kept)
    log_scale = bound * np.tanh(raw / bound)
    return np.concatenate([kept, (moved - shift) * np.exp(-log_scale)], axis=1)
