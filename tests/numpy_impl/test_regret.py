"""The search for an image's own q(z | x), and the regret: gradients, a case in closed form, images by themselves."""

import numpy as np
import pytest

from common.architecture import MLP, Conv
from numpy_impl.distributions import gaussian_kl
from numpy_impl.regret import elbo_of_q, likelihood_regret, search_q
from numpy_impl.vae import elbo, encode

ARCHITECTURES = [MLP((1, 3, 5), 7, 2), Conv((1, 4, 8), (2, 3), 5, 3), MLP((2, 3, 1), 5, 3, likelihood="gaussian")]


@pytest.fixture
def drawn(random_parameters):
    """Parameters, images and the noise of three steps or samples."""

    def draw(architecture, images=4):
        rng = np.random.default_rng(5)
        x = rng.integers(0, 2, (images, *architecture.image_shape)).astype(float)
        return random_parameters(architecture, 3), x, rng.standard_normal((3, images, architecture.latents))

    return draw


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_pullback_of_the_elbo_of_q_matches_finite_differences(assert_pullback, drawn, architecture):
    params, x, eps = drawn(architecture)
    mu, logvar = encode(params, x)

    def operation(mu, logvar):
        return elbo_of_q(params, x, mu, logvar, eps[0])

    assert_pullback(operation, mu, logvar, seed=1, step=1e-5, order=2, tolerance=1e-6)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_elbos_of_the_encoders_q_have_the_elbo_of_the_batch_as_their_mean(drawn, architecture):
    params, x, eps = drawn(architecture)
    of_images, _ = elbo_of_q(params, x, *encode(params, x), eps[0])
    assert np.isclose(of_images.mean(), elbo(params, x, eps[0]).elbo, rtol=1e-12)


def test_where_the_decoder_ignores_z_the_best_q_is_the_prior_and_the_regret_the_kl(drawn):
    params, x, eps = drawn(ARCHITECTURES[0])
    params["decoder.hidden.weight"][:] = 0
    for name in ("encoder.logvar.weight", "encoder.logvar.bias"):
        params[name] *= 0.1
    steps = np.zeros((60, *eps.shape[1:]))
    mu, logvar = search_q(params, x, *encode(params, x), steps, 1.0)
    assert np.abs([mu, logvar]).max() < 1e-6
    kl = gaussian_kl(*encode(params, x))[0].sum(axis=1)
    assert np.allclose(likelihood_regret(params, x, steps, eps, 1.0), kl, rtol=0, atol=1e-9)


def test_the_regret_of_an_image_does_not_depend_on_the_other_images(drawn):
    params, x, eps = drawn(ARCHITECTURES[0])
    together = likelihood_regret(params, x, eps, eps, 0.05)
    alone = [likelihood_regret(params, x[[i]], eps[:, [i]], eps[:, [i]], 0.05)[0] for i in range(len(x))]
    assert (together > 0).all()
    assert np.allclose(together, alone, rtol=1e-12)


def test_a_search_that_finds_nothing_better_leaves_a_regret_of_zero(drawn):
    params, x, eps = drawn(ARCHITECTURES[0])
    assert (likelihood_regret(params, x, eps[:0], eps, 0.05) == 0).all()
    assert (likelihood_regret(params, x, eps, eps, -1e-3) == 0).all()


def test_a_search_changes_neither_parameters_nor_the_encoders_q_and_keeps_single_precision(drawn):
    params, x, eps = drawn(ARCHITECTURES[0])
    params = {name: value.astype(np.float32) for name, value in params.items()}
    x, eps = x.astype(np.float32), eps.astype(np.float32)
    before, q = {name: value.copy() for name, value in params.items()}, encode(params, x)
    start = [one.copy() for one in q]
    found = search_q(params, x, *q, eps, 0.05)
    assert {one.dtype for one in (*found, likelihood_regret(params, x, eps, eps, 0.05))} == {np.dtype(np.float32)}
    assert all(np.array_equal(a, b) for a, b in zip(q, start, strict=True))
    assert all(np.array_equal(params[name], value) for name, value in before.items())
