"""The layer that halves an image: torch's convolution of an image padded below and on the right, and its autograd."""

import numpy as np
import pytest
import torch.nn.functional as F

from numpy_impl.downsampling import downsample

SIZES = [(2, 3, 5, 6, 10), (1, 1, 1, 2, 2), (3, 5, 2, 14, 4)]  # batch, inputs, outputs, height, width


def _arguments(batch, inputs, outputs, height, width):
    rng = np.random.default_rng(height)
    shapes = ((batch, inputs, height, width), (outputs, inputs, 3, 3), (outputs,))
    return [rng.standard_normal(shape) for shape in shapes]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_downsample_equals_a_padded_convolution_of_torch_and_its_autograd(assert_equals_autograd, sizes):
    assert_equals_autograd(
        downsample,
        lambda x, weight, bias: F.conv2d(F.pad(x, (0, 1, 0, 1)), weight, bias, stride=2),
        *_arguments(*sizes),
        seed=1,
    )


def test_pullback_of_downsample_matches_finite_differences(assert_pullback):
    assert_pullback(downsample, *_arguments(2, 3, 2, 4, 6), seed=2, step=0.5, order=2)
