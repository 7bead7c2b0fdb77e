"""Group normalisation and downsampling of Stable Diffusion's autoencoder, the same at every level that has them."""

import numpy as np
import torch

from numpy_impl.downsampling import downsample
from numpy_impl.group_norm import group_norm
from paper.autoencoder_kl import model
from pytorch_lowlevel.group_norm import group_norm as group_norm_of_level_2


def _gradients(y, leaves, dy):
    return torch.autograd.grad(y, leaves, torch.tensor(dy))


def test_group_norm_of_levels_2_and_3_has_the_value_and_all_gradients_of_level_1(relative_error):
    rng = np.random.default_rng(3)
    x, weight, bias, dy = (rng.standard_normal(shape) for shape in ((5, 6, 3, 7), 6, 6, (5, 6, 3, 7)))
    x *= 1e-3  # a variance beside which epsilon counts
    y, pullback = group_norm(x, weight, bias, 3, model.EPSILON)
    layer = model.ResnetBlock(6, 6, groups=3).double().norm1
    layer.load_state_dict({"weight": torch.tensor(weight), "bias": torch.tensor(bias)})
    a, b, c = (torch.tensor(array, requires_grad=True) for array in (x, weight, bias))
    low, high = group_norm_of_level_2(a, b, c, 3, model.EPSILON), layer(a)
    for found, leaves in ((low, (a, b, c)), (high, (a, layer.weight, layer.bias))):
        assert relative_error(found, y) <= 1e-10
        for received, expected in zip(_gradients(found, leaves, dy), pullback(dy), strict=True):
            assert relative_error(received, expected) <= 1e-10


def test_downsampling_of_level_3_has_the_value_and_all_gradients_of_level_1(relative_error):
    rng = np.random.default_rng(4)
    x, weight, bias, dy = (rng.standard_normal(shape) for shape in ((2, 3, 6, 10), (3, 3, 3, 3), 3, (2, 3, 3, 5)))
    y, pullback = downsample(x, weight, bias)
    layer = model.downsample(3).double()
    layer.load_state_dict({"conv.weight": torch.tensor(weight), "conv.bias": torch.tensor(bias)})
    a = torch.tensor(x, requires_grad=True)
    found = layer(a)
    assert relative_error(found, y) <= 1e-10
    received = _gradients(found, (a, layer.conv.weight, layer.conv.bias), dy)
    for one, expected in zip(received, pullback(dy), strict=True):
        assert relative_error(one, expected) <= 1e-10
