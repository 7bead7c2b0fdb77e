"""The initial values of a module's parameters, a pure function of the seed."""

from math import prod, sqrt

import torch
from torch import nn

from common.streams import Stream, generator


def draw_parameters(module: nn.Module, seed: int) -> None:
    """Draw matrices and kernels uniformly with variance 2 / (fan in + fan out), and set biases to zero.

    All others, such as the gains of a norm, stay as they are. Source: Glorot & Bengio 2010, eq. 16. Each parameter has
    a random stream of its own, drawn in float64.
    """
    for index, (name, parameter) in enumerate(module.named_parameters()):
        shape = tuple(parameter.shape)
        if len(shape) > 1:
            bound = sqrt(6 / ((shape[0] + shape[1]) * prod(shape[2:])))
            draw = generator(seed, Stream.INITIAL, index).uniform(-bound, bound, shape)
            parameter.data.copy_(torch.from_numpy(draw))
        elif name.rpartition(".")[2].startswith("bias"):
            parameter.data.zero_()
