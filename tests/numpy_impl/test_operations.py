import numpy as np
import pytest
import torch
import torch.nn.functional as F

from numpy_impl.operations import clamp, linear, linear_of_data, relu, sigmoid, softplus, tanh

SIZES = [(2, 3, 5), (7, 2, 3), (1, 5, 2), (5, 1, 7), (3, 11, 1), (7, 5, 3)]
SHAPES = [(7,), (3, 5), (2, 3, 5), (5, 1, 2, 3), (11, 2), (1, 13)]
LOW, HIGH = -0.7, 0.9
ELEMENTWISE = {
    "relu": (relu, torch.relu, (0.0,)),
    "sigmoid": (sigmoid, torch.sigmoid, ()),
    "tanh": (tanh, torch.tanh, ()),
    "softplus": (softplus, F.softplus, ()),
    "clamp": (lambda x: clamp(x, LOW, HIGH), lambda x: x.clamp(LOW, HIGH), (LOW, HIGH)),
}


def _linear_arguments(sizes, seed):
    batch, inputs, outputs = sizes
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in ((batch, inputs), (outputs, inputs), (outputs,))]


def _away_from(kinks, shape, seed):
    x = 2 * np.random.default_rng(seed).standard_normal(shape)
    for kink in kinks:
        x = np.where(np.abs(x - kink) < 0.05, kink + 0.1, x)
    return x


@pytest.mark.parametrize("sizes", SIZES)
def test_pullback_of_linear_matches_finite_differences(assert_pullback, sizes):
    assert_pullback(linear, *_linear_arguments(sizes, 0), seed=0)


@pytest.mark.parametrize("sizes", SIZES)
def test_linear_equals_that_of_torch_and_its_autograd(assert_equals_autograd, sizes):
    assert_equals_autograd(linear, F.linear, *_linear_arguments(sizes, 3), seed=3)


@pytest.mark.parametrize("sizes", SIZES)
def test_linear_of_data_is_linear_without_the_gradient_of_the_data(assert_pullback, assert_equals_autograd, sizes):
    x, weight, bias = _linear_arguments(sizes, 4)
    assert_pullback(linear_of_data, weight, bias, fixed=(x,), seed=4)
    assert_equals_autograd(
        lambda w, b: linear_of_data(x, w, b), lambda w, b: F.linear(torch.tensor(x), w, b), weight, bias, seed=4
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_pullback_of_an_activation_matches_finite_differences(assert_pullback, name, shape):
    operation, _, kinks = ELEMENTWISE[name]
    assert_pullback(operation, _away_from(kinks, shape, 5), seed=5)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_an_activation_equals_that_of_torch_and_its_autograd(assert_equals_autograd, name, shape):
    operation, function, _ = ELEMENTWISE[name]
    # at least one number on either side of every kink
    x = np.concatenate([_away_from((), shape, 6).ravel(), [-3.0, 0.1, 3.0]])
    assert_equals_autograd(operation, function, x, seed=6)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_a_pullback_does_not_change_its_arguments(name):
    operation, x, dy = ELEMENTWISE[name][0], np.linspace(-2, 2, 7), np.linspace(1, 3, 7)
    _, pullback = operation(x)
    first = pullback(dy).copy()
    assert np.array_equal(pullback(dy), first)
    assert np.array_equal(x, np.linspace(-2, 2, 7))
    assert np.array_equal(dy, np.linspace(1, 3, 7))


def test_the_derivative_of_relu_at_zero_is_zero():
    _, pullback = relu(np.array([-1.0, 0.0, 1.0]))
    assert pullback(np.array([3.0, 3.0, 3.0])).tolist() == [0.0, 0.0, 3.0]


def test_the_gradient_of_clamp_is_one_on_the_closed_interval():
    _, pullback = clamp(np.array([-2.5, -2.0, 0.0, 3.0, 3.5]), -2.0, 3.0)
    assert pullback(np.full(5, 7.0)).tolist() == [0.0, 7.0, 7.0, 7.0, 0.0]
