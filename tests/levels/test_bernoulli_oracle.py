"""With one latent, log p(x) and every expectation over eps are integrals that quadrature gives to many digits."""

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import logsumexp

from common.architecture import MLP, Conv
from common.metrics import importance_weighted_bound

NODES, WEIGHTS = hermegauss(60)
ARCHITECTURES = [MLP((1, 3, 5), 7, 1), Conv((1, 4, 8), (2, 3), 5, 1)]


@pytest.fixture(params=ARCHITECTURES, ids=lambda architecture: architecture.kind)
def smooth(request, make_case):
    """One image; hidden units of the decoder that never change sides, so that its logits are linear in z."""
    case = make_case(request.param, 4)
    for name in ("decoder.hidden", "decoder.features", "decoder.deconv1"):
        if f"{name}.bias" in case.params:
            case.params[f"{name}.bias"] += 40.0
    case.params["decoder.logits.weight"] *= 0.03
    case.params["encoder.logvar.weight"] *= 0.1
    return case


def _log_evidence(level, params, x, image_shape) -> float:
    """log of the integral over z of p(z) p(x | z), by the trapezoid rule on a fine grid."""
    z = np.linspace(-12, 12, 4001)
    logits = np.asarray(level.decode(params, level.asarray(z[:, None], params), image_shape)).reshape(len(z), -1)
    log_likelihood = (np.asarray(x).reshape(1, -1) * logits - np.logaddexp(0, logits)).sum(axis=1)
    log_prior = -0.5 * (z**2 + np.log(2 * np.pi))
    return float(logsumexp(log_likelihood + log_prior) + np.log(z[1] - z[0]))


def test_importance_weights_average_to_the_evidence(level, smooth):
    params, x, _ = smooth.native(level)
    x = x[:1]
    mu, logvar = (float(part[0, 0]) for part in level.encode(params, x))
    reach = (12 + abs(mu)) / np.exp(logvar / 2)
    eps = np.linspace(-reach, reach, 4001)
    log_weights = np.asarray(level.log_weights(params, x, level.asarray(eps[:, None, None], params)))[:, 0]
    log_density = -0.5 * (eps**2 + np.log(2 * np.pi))
    mean_weight = logsumexp(log_weights + log_density) + np.log(eps[1] - eps[0])
    assert abs(mean_weight - _log_evidence(level, params, x, smooth.architecture.image_shape)) <= 1e-8


def test_the_expected_log_weight_is_the_expected_elbo(level, smooth):
    params, x, _ = smooth.native(level)
    x = x[:1]
    weights = WEIGHTS / np.sqrt(2 * np.pi)
    log_weights = np.asarray(level.log_weights(params, x, level.asarray(NODES[:, None, None], params)))[:, 0]
    elbos = [float(level.elbo(params, x, level.asarray(np.array([[node]]), params)).elbo) for node in NODES]
    assert abs(weights @ log_weights - weights @ elbos) <= 1e-8
    assert weights @ elbos < _log_evidence(level, params, x, smooth.architecture.image_shape)


def test_the_importance_weighted_bound_lies_between_elbo_and_evidence_in_the_mean(level, make_case):
    """2000 repetitions; differences of means exceed 5 standard errors: at equality that has probability 3e-7."""
    case = make_case(MLP((1, 3, 5), 7, 1), 6)
    params, x, _ = case.native(level)
    x = x[:1]
    eps = level.asarray(np.random.default_rng(1).standard_normal((10 * 2000, 1, 1)), params)
    log_weights = np.asarray(level.log_weights(params, x, eps)).reshape(10, 2000)
    one, ten = importance_weighted_bound(log_weights[:1]), importance_weighted_bound(log_weights)
    evidence = _log_evidence(level, params, x, (1, 3, 5))
    for difference in (ten - one, evidence - ten):
        assert difference.mean() > 5 * difference.std() / np.sqrt(2000)
