"""The formulas of level 2 against torch.distributions, gradients included."""

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from pytorch_lowlevel.distributions import (
    bernoulli_log_likelihood,
    gaussian_kl,
    gaussian_log_likelihood,
    reparameterize,
)

SHAPES = [(2, 3), (7, 1), (1, 5), (3, 11), (5, 2)]


@pytest.fixture(params=SHAPES)
def tensors(request):
    generator = torch.Generator().manual_seed(1)
    return [
        (1.5 * torch.randn(request.param, generator=generator, dtype=torch.float64)).requires_grad_() for _ in range(3)
    ]


def _assert_same(received, expected, leaves, relative_error):
    assert relative_error(received, expected) <= 1e-10
    dy = torch.randn(received.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    pairs = zip(torch.autograd.grad(received, leaves, dy), torch.autograd.grad(expected, leaves, dy), strict=True)
    for a, b in pairs:
        assert relative_error(a, b) <= 1e-10


def test_the_bernoulli_log_likelihood_is_that_of_torch_distributions(tensors, relative_error):
    logits, x = tensors[0], (tensors[1].detach() > 0).double()
    _assert_same(bernoulli_log_likelihood(x, logits), Bernoulli(logits=logits).log_prob(x), [logits], relative_error)


def test_the_gaussian_log_likelihood_is_that_of_torch_distributions(tensors, relative_error):
    x, mean, logvar = tensors
    expected = Normal(mean, (logvar / 2).exp()).log_prob(x)
    _assert_same(gaussian_log_likelihood(x, mean, logvar), expected, tensors, relative_error)


def test_the_gaussian_kl_is_that_of_torch_distributions(tensors, relative_error):
    mu, logvar = tensors[:2]
    expected = kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0))
    _assert_same(gaussian_kl(mu, logvar), expected, [mu, logvar], relative_error)


def test_reparameterize_is_mean_plus_standard_deviation_times_noise(tensors, relative_error):
    mu, logvar, eps = tensors
    expected = mu + Normal(mu, (logvar / 2).exp()).stddev * eps
    _assert_same(reparameterize(mu, logvar, eps), expected, tensors, relative_error)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("x", [0.0, 1.0])
def test_extreme_logits_have_finite_likelihoods_and_gradients(dtype, x):
    logits = torch.tensor([-1000.0, -100.0, 0.0, 100.0, 1000.0], dtype=dtype, requires_grad=True)
    value = bernoulli_log_likelihood(torch.full_like(logits, x), logits)
    (gradient,) = torch.autograd.grad(value.sum(), logits)
    expected = [-1000.0 * x, -100.0 * x, -0.6931471805599453, -100.0 * (1 - x), -1000.0 * (1 - x)]
    assert torch.allclose(value, torch.tensor(expected, dtype=dtype))
    assert torch.allclose(gradient, x - torch.tensor([0, 0, 0.5, 1, 1], dtype=dtype))
