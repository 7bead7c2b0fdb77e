"""The initial values of a module's parameters, a pure function of the seed."""

import torch
from torch import nn

from common.initial import glorot


def draw_parameters(module: nn.Module, seed: int) -> None:
    """Draw matrices and kernels by `glorot`, and set biases to zero; all others, such as gains of a norm, stay.

    Each parameter has a random stream of its own.
    """
    for index, (name, parameter) in enumerate(module.named_parameters()):
        if parameter.dim() > 1 or name.rpartition(".")[2].startswith("bias"):
            parameter.data.copy_(torch.from_numpy(glorot(tuple(parameter.shape), seed, index)))
