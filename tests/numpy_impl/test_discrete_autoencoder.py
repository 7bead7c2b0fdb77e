from itertools import product

import numpy as np
import pytest
import torch
from scipy.special import entr
from torch.nn import functional as F

from numpy_impl.discrete_autoencoder import cost_of_codes, negative_bound
from numpy_impl.masked_convolution import masked_conv2d

SHAPES = [(3, 5, 2, 7), (1, 2, 4, 3), (5, 11, 1, 1), (2, 1, 3, 2)]  # images, codes, rows, columns


@pytest.fixture(params=SHAPES, ids=str)
def case(request) -> tuple[np.ndarray, np.ndarray]:
    images, K, rows, columns = request.param
    rng = np.random.default_rng(images)
    return rng.normal(0, 3, request.param), rng.integers(0, K, (images, rows, columns))


def one_hot(codes: np.ndarray, K: int) -> np.ndarray:
    return np.moveaxis(np.eye(K)[codes], -1, 1)


def test_the_cost_is_that_of_torch(case, relative_error):
    logits, codes = case
    expected = F.cross_entropy(torch.tensor(logits), torch.tensor(codes), reduction="none").sum((1, 2))
    assert relative_error(cost_of_codes(logits, codes), expected.numpy()) <= 1e-13


@pytest.mark.parametrize("shift", [-4000.0, 4000.0])
def test_a_constant_in_all_logits_of_a_place_has_no_effect(case, shift, relative_error):
    logits, codes = case
    shifts = shift * np.arange(1, 1 + codes[0].size).reshape(codes[0].shape)
    assert relative_error(cost_of_codes(logits + shifts, codes), cost_of_codes(logits, codes)) <= 1e-9


def test_equal_logits_charge_the_log_of_their_number_for_every_place(case, relative_error):
    logits, codes = case
    places = codes[0].size
    expected = np.full(len(codes), places * np.log(logits.shape[1]))
    assert relative_error(cost_of_codes(0 * logits - 3, codes), expected) <= 1e-13


def test_a_code_too_improbable_for_a_float_has_its_cost():
    logits = np.array([0.0, -5000.0]).reshape(1, 2, 1, 1)
    assert cost_of_codes(logits, np.array([[[1]]])) == [5000]


def test_the_probabilities_of_all_grids_of_a_masked_prior_add_up_to_1():
    K, rng = 3, np.random.default_rng(0)
    grids = np.array(list(product(range(K), repeat=4))).reshape(-1, 2, 2)
    weight, bias = rng.standard_normal((K, K, 3, 3)), rng.standard_normal(K)
    logits, _ = masked_conv2d(one_hot(grids, K), weight, bias, False)
    assert np.exp(-cost_of_codes(logits, grids)).sum() == pytest.approx(1, abs=1e-13)
    logits, _ = masked_conv2d(one_hot(grids, K), weight, bias, True)
    assert abs(np.exp(-cost_of_codes(logits, grids)).sum() - 1) > 0.1, "a prior that sees what it predicts is none"


def test_one_code_for_certain_has_no_entropy_to_give_back(case):
    logits, codes = case
    distortion, cost = np.arange(len(codes)) + 0.5, cost_of_codes(logits, codes)
    assert (negative_bound(distortion, cost, one_hot(codes, logits.shape[1])) == distortion + cost).all()


def test_the_entropy_of_q_is_given_back(case, relative_error):
    logits, codes = case
    q = np.random.default_rng(1).dirichlet(np.ones(logits.shape[1]), codes.shape).transpose(0, 3, 1, 2)
    distortion, cost = np.arange(len(codes)) + 0.5, cost_of_codes(logits, codes)
    expected = distortion + cost - entr(q).sum(axis=(1, 2, 3))
    assert relative_error(negative_bound(distortion, cost, q), expected) <= 1e-13


def test_on_average_over_q_it_is_a_bound_and_with_the_posterior_it_is_exact():
    rng = np.random.default_rng(2)
    codes = np.arange(5).reshape(5, 1, 1)  # every grid of one place, as images of a batch
    logits, log_likelihood = rng.normal(0, 1, (1, 5, 1, 1)), rng.normal(-3, 1, 5)
    cost = cost_of_codes(np.repeat(logits, 5, axis=0), codes)
    joint = np.exp(log_likelihood - cost)
    for q, exact in ((joint / joint.sum(), True), (rng.dirichlet(np.ones(5)), False), (np.eye(5)[3], False)):
        bounds = negative_bound(-log_likelihood, cost, np.tile(q.reshape(1, 5, 1, 1), (5, 1, 1, 1)))
        gap = q @ bounds + np.log(joint.sum())
        assert abs(gap) < 1e-13 if exact else gap > 0.01
