"""Encoders, decoders, bounds and pictures are the same functions at all levels."""

import numpy as np
import pytest

OTHERS = ["lowlevel", "paper"]


def _encode(level, params, x, eps):
    return dict(zip(("mu", "logvar"), level.encode(params, x), strict=True))


def _decode(level, params, x, eps):
    return {"logits": level.decode(params, eps, x.shape[1:])}


def _elbo(level, params, x, eps):
    return level.elbo(params, x, eps)._asdict()


def _log_weights(level, params, x, eps):
    many = level.asarray(np.random.default_rng(5).standard_normal((3, *eps.shape)), params)
    return {"log weights": level.log_weights(params, x, many)}


def _reparameterize(level, params, x, eps):
    many = level.asarray(np.random.default_rng(5).standard_normal((3, *eps.shape)), params)
    mu, logvar = level.encode(params, x)
    return {"one": level.reparameterize(mu, logvar, eps), "many": level.reparameterize(mu, logvar, many)}


def _sample(level, params, x, eps):
    return {"images": level.sample(params, eps, x.shape[1:])}


def _reconstruct(level, params, x, eps):
    return {"images": level.reconstruct(params, x, eps)}


FUNCTIONS = [_encode, _decode, _elbo, _log_weights, _reparameterize, _sample, _reconstruct]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("other", OTHERS)
def test_a_function_agrees_with_level_1(levels, worst_error, case, other, function):
    received = function(levels[other], *case.native(levels[other]))
    expected = function(levels["numpy"], *case.native(levels["numpy"]))
    assert worst_error(received, expected) <= 1e-10


def test_the_elbo_is_minus_the_sum_of_its_parts(level, relative_error, case):
    elbo, reconstruction, kl = level.elbo(*case.native(level))
    assert relative_error(elbo, -(reconstruction + kl)) <= 1e-14


def test_the_elbo_depends_on_the_noise(level, case):
    params, x, eps = case.native(level)
    assert float(level.elbo(params, x, eps).reconstruction) != float(level.elbo(params, x, 0 * eps).reconstruction)


def test_samples_and_reconstructions_are_probabilities_of_the_logits(level, relative_error, case):
    params, x, eps = case.native(level)
    logits = np.asarray(level.decode(params, eps, x.shape[1:]))
    assert relative_error(level.sample(params, eps, x.shape[1:]), 1 / (1 + np.exp(-logits))) <= 1e-12
    mu, logvar = level.encode(params, x)
    z = level.reparameterize(mu, logvar, eps)
    assert relative_error(level.reconstruct(params, x, eps), level.sample(params, z, x.shape[1:])) <= 1e-14


def test_one_image_is_encoded_the_same_alone_and_in_a_batch(level, relative_error, case):
    params, x, _ = case.native(level)
    mu, logvar = level.encode(params, x)
    for i in range(len(x)):
        alone = level.encode(params, x[i : i + 1])
        assert relative_error(alone[0], mu[i : i + 1]) <= 1e-12
        assert relative_error(alone[1], logvar[i : i + 1]) <= 1e-12
