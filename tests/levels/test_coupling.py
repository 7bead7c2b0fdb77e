"""The affine coupling at two levels: a function of arrays, and a layer of Real NVP."""

import numpy as np
import pytest
import torch

from numpy_impl.coupling import couple, uncouple
from paper.real_nvp.layers import LARGEST_LOG_SCALE, AffineCoupling


@pytest.mark.parametrize("channels", [2, 3, 6])
def test_level_3_has_the_values_determinants_and_inverses_of_level_1(channels, relative_error):
    layer = AffineCoupling(channels, 5).double()
    x = torch.tensor(np.random.default_rng(channels).normal(0, 3, (2, channels, 3, 5)))

    def network(kept):
        raw, shift = layer.last(layer.features(torch.tensor(kept))).detach().chunk(2, 1)
        return raw.numpy(), shift.numpy()

    y, log_det = couple(x.numpy(), network, LARGEST_LOG_SCALE)
    found, of_layer = layer(x)
    assert relative_error(found, y) <= 1e-10
    assert relative_error(of_layer, log_det) <= 1e-10
    assert relative_error(layer.inverse(found), uncouple(y, network, LARGEST_LOG_SCALE)) <= 1e-10
