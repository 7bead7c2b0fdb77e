import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from numpy_impl.distributions import bernoulli_log_likelihood, gaussian_kl, gaussian_log_likelihood, reparameterize

SHAPES = [(2, 3), (7, 1), (1, 5), (3, 11), (5, 2), (2, 1, 3, 5)]
MATRICES = SHAPES[:5]


def _normals(shape, count, seed):
    rng = np.random.default_rng(seed)
    return [1.5 * rng.standard_normal(shape) for _ in range(count)]


def _binary(shape, seed):
    return np.random.default_rng(seed + 50).integers(0, 2, shape).astype(float)


@pytest.mark.parametrize("shape", SHAPES)
def test_pullback_of_the_bernoulli_log_likelihood_matches_finite_differences(assert_pullback, shape):
    x, (logits,) = _binary(shape, 1), _normals(shape, 1, 1)
    logits = np.where(np.abs(logits) < 0.05, 0.3, logits)
    assert_pullback(bernoulli_log_likelihood, logits, fixed=(x,), seed=1)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_bernoulli_log_likelihood_is_that_of_torch_distributions(assert_equals_autograd, shape):
    x, (logits,) = _binary(shape, 2), _normals(shape, 1, 2)
    assert_equals_autograd(
        lambda a: bernoulli_log_likelihood(x, a),
        lambda a: Bernoulli(logits=a).log_prob(torch.tensor(x)),
        logits,
        seed=2,
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_pullback_of_the_gaussian_log_likelihood_matches_finite_differences(assert_pullback, shape):
    assert_pullback(gaussian_log_likelihood, *_normals(shape, 3, 3), seed=3)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_gaussian_log_likelihood_is_that_of_torch_distributions(assert_equals_autograd, shape):
    assert_equals_autograd(
        gaussian_log_likelihood,
        lambda x, mean, logvar: Normal(mean, (logvar / 2).exp()).log_prob(x),
        *_normals(shape, 3, 4),
        seed=4,
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_pullback_of_the_gaussian_kl_matches_finite_differences(assert_pullback, shape):
    assert_pullback(gaussian_kl, *_normals(shape, 2, 5), seed=5)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_gaussian_kl_is_that_of_torch_distributions(assert_equals_autograd, shape):
    assert_equals_autograd(
        gaussian_kl,
        lambda mu, logvar: kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)),
        *_normals(shape, 2, 6),
        seed=6,
    )


@pytest.mark.parametrize("shape", MATRICES)
def test_pullback_of_reparameterize_matches_finite_differences(assert_pullback, shape):
    mu, logvar, eps = _normals(shape, 3, 7)
    assert_pullback(lambda m, s: reparameterize(m, s, eps), mu, logvar, seed=7)


@pytest.mark.parametrize("shape", MATRICES)
def test_reparameterize_is_the_rsample_of_torch_distributions(assert_equals_autograd, shape):
    mu, logvar, eps = _normals(shape, 3, 8)
    assert_equals_autograd(
        lambda m, s: reparameterize(m, s, eps), lambda m, s: m + Normal(m, (s / 2).exp()).stddev * torch.tensor(eps),
        mu, logvar, seed=8,
    )  # fmt: skip


def test_reparameterize_takes_many_samples_an_image(relative_error):
    mu, logvar = _normals((3, 5), 2, 9)
    (eps,) = _normals((7, 3, 5), 1, 10)
    z = reparameterize(mu, logvar, eps)[0]
    for i in range(7):
        assert relative_error(z[i], mu + np.exp(logvar / 2) * eps[i]) <= 1e-14


def test_a_scalar_cotangent_is_shared_by_all_pixels():
    x, (logits,) = _binary((3, 1, 2, 5), 11), _normals((3, 1, 2, 5), 1, 11)
    _, pullback = bernoulli_log_likelihood(x, logits)
    assert np.array_equal(pullback(np.full((1, 1, 1, 1), -0.4)), pullback(np.full(x.shape, -0.4)))
