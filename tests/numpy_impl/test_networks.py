"""The four networks against finite differences, parameter by parameter.

A network of ReLU layers is linear in any one parameter as long as no unit changes sides, so differences with a
small step are exact but for rounding.
"""

import numpy as np
import pytest

from common.architecture import MLP, Conv
from numpy_impl import conv, mlp

MLPS = [MLP((1, 2, 3), 5, 2), MLP((2, 3, 1), 2, 7), MLP((1, 5, 2), 3, 1), MLP((3, 1, 2), 7, 3), MLP((1, 3, 5), 2, 5)]
CONVS = [
    Conv((1, 4, 8), (2, 1), 3, 2),
    Conv((2, 4, 4), (1, 2), 3, 5),
    Conv((1, 8, 4), (1, 3), 2, 3),
    Conv((3, 4, 4), (1, 2), 3, 1),
    Conv((1, 12, 4), (1, 2), 2, 1),
]
NETWORKS = [(mlp, architecture) for architecture in MLPS] + [(conv, architecture) for architecture in CONVS]
STEP = 1e-5


def _split(params, part):
    return {name: value for name, value in params.items() if name.startswith(part)}


def _batch(index):
    return (2, 3, 5, 1, 4)[index % 5]


@pytest.mark.parametrize(("index", "network"), list(enumerate(NETWORKS)))
def test_pullback_of_encode_matches_finite_differences(assert_pullback, random_parameters, index, network):
    module, architecture = network
    params = _split(random_parameters(architecture, index), "encoder")
    x = np.random.default_rng(index).integers(0, 2, (_batch(index), *architecture.image_shape)).astype(float)

    def operation(*values):
        (mu, logvar), pullback = module.encode(dict(zip(params, values, strict=True)), x)

        def together(dy):
            grads = pullback(dy[0], dy[1])
            assert grads.keys() == params.keys()
            return tuple(grads[name] for name in params)

        return np.stack([mu, logvar]), together

    assert_pullback(operation, *params.values(), seed=index, step=STEP, order=2)


@pytest.mark.parametrize(("index", "network"), list(enumerate(NETWORKS)))
def test_pullback_of_decode_matches_finite_differences(assert_pullback, random_parameters, index, network):
    module, architecture = network
    params = _split(random_parameters(architecture, 10 + index), "decoder")
    z = np.random.default_rng(index).standard_normal((_batch(index), architecture.latents))

    def operation(z, *values):
        logits, pullback = module.decode(dict(zip(params, values, strict=True)), z, architecture.image_shape)

        def together(dy):
            dz, grads = pullback(dy)
            assert grads.keys() == params.keys()
            return (dz, *(grads[name] for name in params))

        return logits, together

    assert_pullback(operation, z, *params.values(), seed=index, step=STEP, order=2)
