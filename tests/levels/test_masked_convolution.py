"""The masked convolution at two levels: by a pullback, and by a module that papers share."""

import numpy as np
import pytest
import torch

from numpy_impl.masked_convolution import masked_conv2d
from paper.parts.masked import MaskedConv2d


@pytest.mark.parametrize("itself", [False, True])
@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_level_3_has_the_values_and_all_gradients_of_level_1(kernel, itself, relative_error):
    rng = np.random.default_rng(kernel)
    shapes = ((2, 3, 5, 7), (4, 3, kernel, kernel), (4,), (2, 4, 5, 7))
    x, weight, bias, dy = (rng.standard_normal(shape) for shape in shapes)
    layer, leaf = MaskedConv2d(3, 4, kernel, itself=itself).double(), torch.tensor(x, requires_grad=True)
    layer.load_state_dict({**layer.state_dict(), "weight": torch.tensor(weight), "bias": torch.tensor(bias)})
    y, pullback = masked_conv2d(x, weight, bias, itself)
    received = layer(leaf)
    assert relative_error(received, y) <= 1e-10
    leaves = (leaf, layer.weight, layer.bias)
    for gradient, expected in zip(torch.autograd.grad(received, leaves, torch.tensor(dy)), pullback(dy), strict=True):
        assert relative_error(gradient, expected) <= 1e-10
