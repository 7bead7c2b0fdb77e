"""Initial values of parameters, the same numbers at every level."""

from math import prod, sqrt

import numpy as np

from common.architecture import Architecture
from common.streams import Stream, generator

Parameters = dict[str, np.ndarray]


def initial_parameters(architecture: Architecture, seed: int, dtype: type[np.floating] = np.float32) -> Parameters:
    """Draw weights by `glorot` and set biases to zero; each tensor has a random stream of its own."""
    return {
        name: glorot(shape, seed, index).astype(dtype)
        for index, (name, shape) in enumerate(architecture.parameter_shapes().items())
    }


def glorot(shape: tuple[int, ...], seed: int, index: int) -> np.ndarray:
    """Draw a matrix or a kernel uniformly with variance 2 / (fan in + fan out), in float64; a vector is zero.

    Source: Glorot & Bengio 2010, eq. 16.
    """
    if len(shape) == 1:
        return np.zeros(shape)
    receptive_field = prod(shape[2:])
    bound = sqrt(6 / ((shape[0] + shape[1]) * receptive_field))
    return generator(seed, Stream.INITIAL, index).uniform(-bound, bound, shape)
