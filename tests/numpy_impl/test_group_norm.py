"""Group normalisation: torch's own and its autograd, finite differences, and what it does to its groups."""

import numpy as np
import pytest
import torch.nn.functional as F

from numpy_impl.group_norm import group_norm

SIZES = [(3, 6, 2, 5, 7), (1, 4, 4, 3, 2), (2, 5, 1, 2, 3), (5, 15, 5, 1, 3)]  # batch, channels, groups, height, width


def _arguments(batch, channels, groups, height, width):
    rng = np.random.default_rng(channels)
    x = 1.7 * rng.standard_normal((batch, channels, height, width)) + 0.6
    return x, rng.normal(0.8, 1.0, channels), rng.standard_normal(channels)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("epsilon", [1e-6, 0.3])
def test_group_norm_equals_that_of_torch_and_its_autograd(assert_equals_autograd, sizes, epsilon):
    groups = sizes[2]
    assert_equals_autograd(
        lambda *arguments: group_norm(*arguments, groups, epsilon),
        lambda x, weight, bias: F.group_norm(x, groups, weight, bias, epsilon),
        *_arguments(*sizes),
        seed=groups,
    )


@pytest.mark.parametrize("sizes", [(2, 6, 2, 3, 1), (3, 5, 1, 1, 2)], ids=str)
def test_pullback_of_group_norm_matches_finite_differences(assert_pullback, sizes):
    assert_pullback(lambda *arguments: group_norm(*arguments, sizes[2], 0.01), *_arguments(*sizes), seed=1)


def test_every_group_of_every_image_has_mean_0_and_variance_1_before_weight_and_bias():
    x, _, _ = _arguments(3, 6, 2, 5, 7)
    y, _ = group_norm(x, np.ones(6), np.zeros(6), 2, 0.0)
    grouped = y.reshape(3, 2, -1)
    np.testing.assert_allclose(grouped.mean(axis=2), 0, atol=1e-12)
    np.testing.assert_allclose(grouped.var(axis=2), 1)
