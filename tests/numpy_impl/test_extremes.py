"""Numbers as large as a badly trained network makes them, and numbers of half the precision.

Warnings are errors in the tests, so an overflow anywhere fails.
"""

import numpy as np
import pytest

import numpy_impl as level
from common.architecture import MLP, Conv
from common.initial import initial_parameters
from common.objective import BetaObjective, CapacityObjective
from common.optimizer import AdamSettings
from common.state import initial_state
from numpy_impl import conv, distributions, mlp, objective, operations
from numpy_impl.adam import adam_step, clip_by_global_norm
from numpy_impl.convolution import conv2d, conv2d_of_data, conv_transpose2d

EXTREME = [-1e30, -1000.0, -750.0, -100.0, -1e-30, 0.0, 1e-30, 100.0, 750.0, 1000.0, 1e30]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("x", [0.0, 1.0])
def test_extreme_logits_have_finite_likelihoods_and_gradients(dtype, x):
    logits = np.array(EXTREME, dtype)
    value, pullback = distributions.bernoulli_log_likelihood(np.full_like(logits, x), logits)
    exact = np.array([(x - 1) * a if a > 90 else x * a if a < -90 else -np.log(2) for a in EXTREME])
    assert np.allclose(value, exact, rtol=1e-6, atol=1e-6)
    probability = np.array([0.0 if a < -90 else 1.0 if a > 90 else 0.5 for a in EXTREME])
    assert np.allclose(pullback(np.full_like(logits, 3.0)), 3 * (x - probability), atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_arguments_of_sigmoid_softplus_and_tanh_do_not_overflow(dtype):
    x = np.array(EXTREME, dtype)
    y, pullback = operations.sigmoid(x)
    assert np.allclose(y, [0.0] * 4 + [0.5] * 3 + [1.0] * 4, atol=1e-6)
    assert np.allclose(pullback(np.full_like(x, 4.0)), [0.0] * 4 + [1.0] * 3 + [0.0] * 4, atol=1e-6)
    y, pullback = operations.softplus(x)
    assert np.allclose(y, [0.0] * 4 + [np.log(2)] * 3 + EXTREME[-4:], rtol=1e-6)
    assert np.allclose(pullback(np.full_like(x, 2.0)), [0.0] * 4 + [1.0] * 3 + [2.0] * 4, atol=1e-6)
    y, pullback = operations.tanh(x)
    assert np.allclose(pullback(np.full_like(x, 2.0)), [0.0] * 4 + [2.0] * 3 + [0.0] * 4, atol=1e-6)


def test_small_probabilities_keep_their_relative_precision():
    logits = np.array([-40.0, -700.0])
    assert np.allclose(operations.sigmoid(logits)[0], np.exp(logits), rtol=1e-14, atol=0)
    assert np.allclose(operations.softplus(logits)[0], np.exp(logits), rtol=1e-14, atol=0)
    nothing, _ = distributions.bernoulli_log_likelihood(np.zeros(2), logits)
    assert np.allclose(nothing, -np.exp(logits), rtol=1e-14, atol=0)


@pytest.mark.parametrize("scale", [1e3, 1e5])
@pytest.mark.parametrize("architecture", [MLP((1, 3, 5), 7, 2), Conv((1, 4, 8), (2, 3), 5, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_logits_of_a_whole_network_give_finite_losses_and_gradients(architecture, scale, dtype):
    rng = np.random.default_rng(1)
    params = initial_parameters(architecture, 1, dtype)
    params["decoder.logits.bias"] = (rng.choice([-scale, scale], params["decoder.logits.bias"].shape)).astype(dtype)
    params["encoder.logvar.bias"] = np.resize([-30.0, 19.0, 0.0], architecture.latents).astype(dtype)
    x = rng.integers(0, 2, (3, *architecture.image_shape)).astype(dtype)
    eps = rng.standard_normal((3, architecture.latents)).astype(dtype)
    loss, grads = level.value_and_grad(params, x, eps, BetaObjective(0.5, 0.1))
    assert all(np.isfinite(part) for part in loss)
    assert all(np.isfinite(grad).all() for grad in grads.values())
    assert all(np.isfinite(part) for part in level.elbo(params, x, eps))
    assert np.isfinite(level.log_weights(params, x, np.stack([eps, -eps]))).all()


def _f32(*shape):
    return np.random.default_rng(2).standard_normal(shape).astype(np.float32)


SINGLE = {
    "linear": lambda: operations.linear(_f32(2, 3), _f32(5, 3), _f32(5)),
    "linear_of_data": lambda: operations.linear_of_data(_f32(2, 3), _f32(5, 3), _f32(5)),
    "relu": lambda: operations.relu(_f32(2, 3)),
    "sigmoid": lambda: operations.sigmoid(_f32(2, 3)),
    "tanh": lambda: operations.tanh(_f32(2, 3)),
    "softplus": lambda: operations.softplus(_f32(2, 3)),
    "clamp": lambda: operations.clamp(_f32(2, 3), -0.5, 0.5),
    "conv2d": lambda: conv2d(_f32(2, 3, 5, 4), _f32(2, 3, 3, 3), _f32(2), 2, 1),
    "conv2d_of_data": lambda: conv2d_of_data(_f32(2, 3, 5, 4), _f32(2, 3, 3, 3), _f32(2), 2, 1),
    "conv_transpose2d": lambda: conv_transpose2d(_f32(2, 3, 5, 4), _f32(3, 2, 3, 3), _f32(2), 2, 1, 1),
    "bernoulli_log_likelihood": lambda: distributions.bernoulli_log_likelihood(_f32(2, 3), _f32(2, 3)),
    "gaussian_log_likelihood": lambda: distributions.gaussian_log_likelihood(_f32(2, 3), _f32(2, 3), _f32(2, 3)),
    "gaussian_kl": lambda: distributions.gaussian_kl(_f32(2, 3), _f32(2, 3)),
    "reparameterize": lambda: distributions.reparameterize(_f32(2, 3), _f32(2, 3), _f32(2, 3)),
    "free_bits": lambda: objective.free_bits(np.abs(_f32(2, 3)), 0.5),
    "distance_to_capacity": lambda: objective.distance_to_capacity(np.abs(_f32(2, 3)), 0.5),
    "kl_penalty with beta": lambda: objective.kl_penalty(np.abs(_f32(2, 3)), BetaObjective(0.3, 0.5)),
    "kl_penalty with capacity": lambda: objective.kl_penalty(np.abs(_f32(2, 3)), CapacityObjective(0.3, 0.5)),
}


@pytest.mark.parametrize("name", SINGLE)
def test_float32_in_gives_float32_out(name):
    value, pullback = SINGLE[name]()
    assert value.dtype == np.float32
    cotangent = 0.7 if np.ndim(value) == 0 else _f32(*value.shape)
    grads = pullback(cotangent)
    for grad in grads if isinstance(grads, tuple) else (grads,):
        assert grad.dtype == np.float32


@pytest.mark.parametrize(
    "module_and_architecture", [(mlp, MLP((1, 3, 5), 7, 2)), (conv, Conv((1, 4, 8), (2, 3), 5, 2))]
)
def test_the_networks_and_the_optimiser_keep_float32(module_and_architecture):
    module, architecture = module_and_architecture
    state = initial_state(architecture, 1, np.float32)
    params = state.parameters
    x, eps = np.abs(np.sign(_f32(2, *architecture.image_shape))), _f32(2, 2)
    (mu, logvar), encoder_pullback = module.encode(params, x)
    logits, decoder_pullback = module.decode(params, eps, architecture.image_shape)
    dz, decoder_grads = decoder_pullback(_f32(*logits.shape))
    _, grads = level.value_and_grad(params, x, eps, BetaObjective(0.5, 0.1))
    stepped = adam_step(state, clip_by_global_norm(grads, 0.1), AdamSettings())
    arrays = [mu, logvar, logits, dz, *encoder_pullback(mu, logvar).values(), *decoder_grads.values(), *grads.values()]
    arrays += [*stepped.parameters.values(), *stepped.first_moment.values(), *stepped.second_moment.values()]
    arrays += [level.log_weights(params, x, eps[None]), level.sample(params, eps, architecture.image_shape)]
    arrays += [level.reconstruct(params, x, eps), *level.elbo(params, x, eps)]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
