import numpy as np
import pytest
from scipy.special import rel_entr

from numpy_impl.discrete_latent import elbo, gap, log_evidence

SHAPES = [(7, 3), (1, 5), (5, 2), (3, 11), (2, 1)]


def _joint(shape, seed):
    return np.random.default_rng(seed).normal(-3, 2, shape)


def _posterior(log_joint):
    joint = np.exp(log_joint)
    return joint / joint.sum(axis=1, keepdims=True)


def _q(shape, seed):
    return np.random.default_rng(seed + 100).dirichlet(np.ones(shape[1]), shape[0])


@pytest.mark.parametrize("shape", SHAPES)
def test_the_log_evidence_is_the_log_of_the_summed_joint(shape, relative_error):
    log_joint = _joint(shape, 1)
    expected = [np.log(sum(np.exp(number) for number in row)) for row in log_joint]
    assert relative_error(log_evidence(log_joint), expected) <= 1e-14


@pytest.mark.parametrize("shift", [-2000.0, 2000.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_log_evidence_moves_with_the_joint_however_far(shape, shift, relative_error):
    log_joint = _joint(shape, 2)
    assert relative_error(log_evidence(log_joint + shift) - shift, log_evidence(log_joint)) <= 1e-11


@pytest.mark.parametrize("shape", SHAPES)
def test_the_gap_is_what_the_elbo_lacks_of_the_log_evidence(shape):
    log_joint, q = _joint(shape, 3), _q(shape, 3)
    assert np.allclose(elbo(log_joint, q) + gap(log_joint, q), log_evidence(log_joint), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_gap_is_the_kl_divergence_from_q_to_the_posterior(shape):
    log_joint, q = _joint(shape, 4), _q(shape, 4)
    assert np.allclose(gap(log_joint, q), rel_entr(q, _posterior(log_joint)).sum(axis=1), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_gap_is_zero_where_q_is_the_posterior_and_positive_elsewhere(shape):
    log_joint = _joint(shape, 5)
    assert np.abs(gap(log_joint, _posterior(log_joint))).max() <= 1e-14
    if shape[1] > 1:
        assert gap(log_joint, _q(shape, 5)).min() > 0


def test_a_state_that_q_rules_out_adds_nothing():
    log_joint, q = _joint((5, 3), 6), np.zeros((5, 7))
    q[:, ::3] = _q((5, 3), 6)
    wider = np.full((5, 7), -4.0)
    wider[:, ::3] = log_joint
    assert np.allclose(elbo(wider, q), elbo(log_joint, q[:, ::3]), rtol=1e-14)
    assert np.allclose(gap(wider, q), log_evidence(wider) - elbo(wider, q), rtol=1e-13)


def test_certainty_of_one_state_gives_its_joint_as_elbo():
    log_joint = _joint((3, 3), 7)
    assert np.array_equal(elbo(log_joint, np.eye(3)), np.diag(log_joint))


def test_a_state_that_neither_q_nor_p_allows_adds_nothing():
    log_joint, q = np.array([[-1.0, -2.0, -np.inf]]), np.array([[0.25, 0.75, 0.0]])
    assert np.array_equal(elbo(log_joint, q), elbo(log_joint[:, :2], q[:, :2]))
    assert np.array_equal(gap(log_joint, q), gap(log_joint[:, :2], q[:, :2]))


def test_a_state_that_q_allows_and_p_does_not_makes_the_gap_infinite():
    log_joint, q = np.array([[-1.0, -np.inf]]), np.array([[0.5, 0.5]])
    assert elbo(log_joint, q) == -np.inf
    assert gap(log_joint, q) == np.inf
