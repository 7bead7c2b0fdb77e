"""Metrics on a made-up level whose weights are known functions of the noise and of the image."""

from types import SimpleNamespace

import numpy as np
import pytest

from common.errors import InvalidArgument
from common.metrics import (
    active_units,
    evaluate_elbo,
    has_collapsed,
    importance_weighted_bound,
    latent_activity,
    negative_log_likelihood,
)
from common.model import Model
from common.objective import Elbo

SHAPE = (1, 2, 3)
LATENTS = 2


class MadeUp:
    """log w = -mean(x) - |eps|^2, the ELBO its mean; remembers the noise it was given."""

    def __init__(self) -> None:
        self.noise, self.images = [], []
        nothing = SimpleNamespace()
        for name in ("parameters", "start", "encode", "reparameterize", "decode", "value_and_grad", "sample"):
            setattr(self, name, nothing)
        self.reconstruct = nothing

    def asarray(self, array, params):
        return np.asarray(array, np.float64)

    def log_weights(self, params, x, eps):
        self.noise.append(eps)
        self.images.append(x)
        return -x.mean(axis=(1, 2, 3)) - (eps**2).sum(axis=-1)

    def elbo(self, params, x, eps):
        self.noise.append(eps)
        self.images.append(x)
        value = (x.mean(axis=(1, 2, 3)) + eps[:, 0]).mean()
        return Elbo(-value - 1, value, 1.0)


@pytest.fixture
def made_up():
    return MadeUp()


@pytest.fixture
def model(made_up):
    return Model(made_up, {}, SHAPE, LATENTS)


def _images(n, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (n, *SHAPE), dtype=np.uint8)


def test_the_bound_is_the_log_of_the_mean_weight():
    log_weights = np.array([[-1.0, -3.0], [-2.0, 0.5], [0.25, -4.0]])
    first, second = np.exp(-1) + np.exp(-2) + np.exp(0.25), np.exp(-3) + np.exp(0.5) + np.exp(-4)
    assert np.allclose(importance_weighted_bound(log_weights), [np.log(first / 3), np.log(second / 3)], rtol=1e-14)


def test_the_bound_does_not_underflow_where_weights_do():
    log_weights = np.array([[-2000.0], [-2001.0]])
    assert importance_weighted_bound(log_weights) == pytest.approx(-2000 + np.log((1 + np.exp(-1)) / 2), rel=1e-14)


def test_a_sample_of_weight_zero_counts_among_the_samples():
    log_weights = np.array([[-np.inf, -np.inf], [-3.0, -np.inf]])
    assert np.allclose(importance_weighted_bound(log_weights), [-3 - np.log(2), -np.inf], rtol=1e-14)


def test_one_sample_is_its_own_bound():
    log_weights = np.random.default_rng(1).standard_normal((1, 7))
    assert np.array_equal(importance_weighted_bound(log_weights), log_weights[0])


@pytest.mark.parametrize("at_once", [1, 3, 7, 20, 50])
def test_the_likelihood_in_chunks_is_log_mean_exp_of_all_draws(model, made_up, at_once):
    received = negative_log_likelihood(model, _images(5), seed=3, samples=20, samples_at_once=at_once)
    assert [len(eps) for eps in made_up.noise] == [min(at_once, 20 - done) for done in range(0, 20, at_once)]
    log_weights = -made_up.images[0].mean(axis=(1, 2, 3)) - (np.concatenate(made_up.noise) ** 2).sum(axis=-1)
    assert log_weights.shape == (20, 5)
    assert np.allclose(received, -np.log(np.exp(log_weights).mean(axis=0)), rtol=1e-12)


def test_no_noise_is_used_twice(model, made_up):
    """Neither by two chunks nor two batches of the likelihood, nor by the likelihood and the ELBO."""
    images = _images(1001)
    negative_log_likelihood(model, images, seed=3, samples=5, samples_at_once=2)
    evaluate_elbo(model, images, seed=3)
    numbers = np.concatenate([eps.ravel() for eps in made_up.noise])
    assert len(np.unique(numbers)) == len(numbers) == 1001 * LATENTS * (5 + 1)


def test_the_likelihood_falls_as_samples_grow(model):
    """Means over 1500 images; differences exceed 5 standard errors: at equality that has probability 3e-7."""
    images = _images(1500)
    few, some, many = (negative_log_likelihood(model, images, seed=4, samples=k) for k in (1, 4, 100))
    for higher, lower in ((few, some), (some, many)):
        difference = higher - lower
        assert difference.mean() > 5 * difference.std() / np.sqrt(len(images))


def test_the_likelihood_of_an_image_does_not_depend_on_how_many_follow(model):
    images = _images(9)
    all_of_them = negative_log_likelihood(model, images, seed=5, samples=1)
    assert all_of_them.shape == (9,)
    assert np.array_equal(all_of_them, negative_log_likelihood(model, images, seed=5, samples=1))
    assert not np.array_equal(all_of_them, negative_log_likelihood(model, images, seed=6, samples=1))


def test_every_image_counts_the_same_in_a_short_last_batch(model, made_up):
    images = _images(1003)
    images[1000:] = 255
    received = evaluate_elbo(model, images, seed=7)
    assert [len(x) for x in made_up.images] == [500, 500, 3]
    each = [x.mean(axis=(1, 2, 3)) + eps[:, 0] for x, eps in zip(made_up.images, made_up.noise, strict=True)]
    assert received.reconstruction == pytest.approx(np.concatenate(each).mean(), rel=1e-12)
    assert received.kl == pytest.approx(1.0)
    assert received.elbo == pytest.approx(-received.reconstruction - 1)


def test_evaluation_binarises_and_samples_from_streams_of_its_own(model, made_up):
    from common.streams import Stream, normal

    evaluate_elbo(model, _images(7), seed=8)
    assert set(np.unique(made_up.images[0])) == {0.0, 1.0}
    assert made_up.noise[0].std() > 0.3
    assert np.array_equal(made_up.noise[0], normal(8, Stream.EVALUATION_NOISE, 0, (7, LATENTS)))


def test_no_images_are_refused(model):
    with pytest.raises(InvalidArgument, match="images"):
        evaluate_elbo(model, _images(0), seed=1)


@pytest.mark.parametrize("arguments", [{"samples": 0}, {"samples_at_once": 0}])
def test_less_than_one_sample_is_refused_by_name(model, arguments):
    with pytest.raises(InvalidArgument, match=next(iter(arguments))):
        negative_log_likelihood(model, _images(2), seed=1, **arguments)


def test_active_units_are_those_whose_means_vary_over_images():
    mu = np.random.default_rng(1).standard_normal((500, 5)) * [1.0, 0.0, 0.2, 0.05, 3.0] + [0.0, 9.0, 5.0, -5.0, 1.0]
    assert active_units(mu) == 3
    assert np.allclose(latent_activity(mu), [np.var(column) for column in mu.T])


def test_the_threshold_is_a_variance_of_a_hundredth():
    mu = np.array([[-1.0], [1.0]]) * np.sqrt([0.0099, 0.0101, 0.25])
    assert active_units(mu) == 2


@pytest.mark.parametrize(("latents", "most"), [(20, 2), (19, 1), (10, 1), (9, 0), (1, 0)])
def test_a_posterior_has_collapsed_where_at_most_a_tenth_of_the_latents_is_active(latents, most):
    assert [has_collapsed(active, latents) for active in range(latents + 1)] == [
        active <= most for active in range(latents + 1)
    ]
