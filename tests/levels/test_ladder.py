"""The merge of two Gaussians and the KL between them at three levels: values, gradients, and borders."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

import numpy_impl.ladder as by_hand
import pytorch_lowlevel.ladder as lowlevel
from numpy_impl.gradient_check import TOLERANCE, pullback_errors
from paper.ladder_vae.model import Gaussian, kl, merged

SHAPES = [(7, 3), (1, 11), (5, 1), (2, 3, 5), (1,)]
SCALES = [1.0, 12.0]
"""Standard deviations of log variances: ordinary ones, and those from 1e-16 to 1e16."""


@pytest.fixture(params=[(shape, scale) for shape in SHAPES for scale in SCALES], ids=str)
def case(request) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """(mu, logvar, mu, logvar) of two Gaussians, and two cotangents."""
    shape, scale = request.param
    rng = np.random.default_rng(len(shape))
    first, second = ([rng.normal(m, 1.5, shape), rng.normal(0, scale, shape)] for m in (0.5, -0.4))
    return [np.asarray(one) for one in (*first, *second)], [np.asarray(rng.standard_normal(shape)) for _ in range(2)]


def test_the_merge_is_the_product_of_the_densities_up_to_a_factor():
    z = np.linspace(-3, 3, 9)
    a, b = Normal(torch.tensor(0.4), torch.tensor(0.8)), Normal(torch.tensor(-1.1), torch.tensor(1.7))
    (mu, logvar), _ = by_hand.precision_weighted_merge(
        *(np.array([one]) for one in (0.4, 2 * np.log(0.8), -1.1, 2 * np.log(1.7)))
    )
    at = torch.tensor(z)
    factor = a.log_prob(at) + b.log_prob(at) - Normal(float(mu[0]), float(np.exp(logvar[0] / 2))).log_prob(at)
    assert float(factor.max() - factor.min()) < 1e-5


def test_precisions_add_up_and_weigh_the_means(case):
    (mu_1, logvar_1, mu_2, logvar_2), _ = case
    (mu, logvar), _ = by_hand.precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2)
    precision = np.exp(-logvar_1) + np.exp(-logvar_2)
    np.testing.assert_allclose(np.exp(-logvar), precision, rtol=1e-12)
    np.testing.assert_allclose(mu, (mu_1 * np.exp(-logvar_1) + mu_2 * np.exp(-logvar_2)) / precision, rtol=1e-9)


def test_the_kl_is_that_of_torch_and_0_between_equals(case):
    (mu_q, logvar_q, mu_p, logvar_p), _ = case
    q, p = (Normal(torch.tensor(m), torch.tensor(np.exp(v / 2))) for m, v in ((mu_q, logvar_q), (mu_p, logvar_p)))
    value, _ = by_hand.kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p)
    np.testing.assert_allclose(value, kl_divergence(q, p), rtol=1e-10)
    equal, pullback = by_hand.kl_between_gaussians(mu_q, logvar_q, mu_q, logvar_q)
    assert not np.any(equal)
    assert not np.any(np.stack(pullback(np.ones_like(mu_q))))


def test_a_kl_far_below_the_rounding_of_1_has_its_digits():
    value, _ = by_hand.kl_between_gaussians(*(np.array([one]) for one in (1.0, 1e-9, 1.0 - 1e-9, 0.0)))
    assert value[0] == pytest.approx(0.5 * (0.5e-18 + 1e-18), rel=1e-6)


def test_every_pullback_of_level_1_matches_finite_differences(case):
    arguments, (dmu, dlogvar) = case
    if max(np.abs(arguments[1]).max(), np.abs(arguments[3]).max()) > 6:
        arguments[1], arguments[3] = arguments[1] / 6, arguments[3] / 6  # differences of larger ones are rounding
    assert max(pullback_errors(stacked_merge, arguments, np.stack([dmu, dlogvar]))) < TOLERANCE
    assert max(pullback_errors(by_hand.kl_between_gaussians, arguments, dmu)) < TOLERANCE


def stacked_merge(*arguments):
    value, pullback = by_hand.precision_weighted_merge(*arguments)
    return np.stack(value), lambda dy: pullback(*dy)


def paper_merge(*four):
    return tuple(merged(Gaussian(*four[:2]), Gaussian(*four[2:])))


def paper_kl(*four):
    return kl(*(Gaussian(mu[..., None], logvar[..., None]) for mu, logvar in (four[:2], four[2:])))


@pytest.mark.parametrize("merge", [lowlevel.precision_weighted_merge, paper_merge], ids=["level 2", "paper"])
def test_other_levels_merge_as_level_1_with_all_four_gradients(case, relative_error, merge):
    arguments, cotangents = case
    leaves = [torch.tensor(one, requires_grad=True) for one in arguments]
    value, pullback = by_hand.precision_weighted_merge(*arguments)
    received = merge(*leaves)
    for one, expected in zip(received, value, strict=True):
        assert relative_error(one, expected) <= 1e-10
    gradients = torch.autograd.grad(received, leaves, [torch.tensor(one) for one in cotangents])
    assert relative_error(torch.stack(gradients), np.stack(pullback(*cotangents))) <= 1e-10


@pytest.mark.parametrize("divergence", [lowlevel.kl_between_gaussians, paper_kl], ids=["level 2", "paper"])
def test_other_levels_have_the_kl_of_level_1_with_all_four_gradients(case, relative_error, divergence):
    arguments, (dy, _) = case
    leaves = [torch.tensor(one, requires_grad=True) for one in arguments]
    value, pullback = by_hand.kl_between_gaussians(*arguments)
    received = divergence(*leaves)
    assert relative_error(received, value) <= 1e-10
    for gradient, expected in zip(torch.autograd.grad(received, leaves, torch.tensor(dy)), pullback(dy), strict=True):
        assert relative_error(gradient, expected) <= 1e-10


@pytest.mark.parametrize("merge", [by_hand.precision_weighted_merge, lowlevel.precision_weighted_merge])
def test_where_one_is_sure_and_the_other_is_not_the_merge_is_the_sure_one_at_any_size(merge):
    make = np.array if merge is by_hand.precision_weighted_merge else torch.tensor
    arguments = make([2.0, -3.0]), make([-1e4, 1e4]), make([5.0, 7.0]), make([1e4, -1e4])
    value = merge(*arguments)
    mu, logvar = value[0] if merge is by_hand.precision_weighted_merge else value
    assert np.asarray(mu).tolist() == [2.0, 7.0]
    assert np.asarray(logvar).tolist() == [-1e4, -1e4]


def test_of_two_equal_ones_the_merge_is_twice_as_precise():
    equal = np.array([0.3, -2.0]), np.array([4.0, -5.0])
    (mu, logvar), pullback = by_hand.precision_weighted_merge(*equal, *equal)
    np.testing.assert_allclose(mu, equal[0], rtol=1e-15)
    np.testing.assert_allclose(logvar, equal[1] - np.log(2), rtol=1e-15)
    np.testing.assert_allclose(pullback(np.ones(2), np.ones(2)), 0.5, rtol=1e-15)


def test_a_pullback_can_be_called_again_and_changes_no_input(case):
    arguments, (dmu, dlogvar) = case
    before = [one.copy() for one in arguments]
    _, to_merged = by_hand.precision_weighted_merge(*arguments)
    _, to_kl = by_hand.kl_between_gaussians(*arguments)
    for pullback, cotangents in ((to_merged, (dmu, dlogvar)), (to_kl, (dmu,))):
        first = pullback(*cotangents)
        for again, once in zip(pullback(*(-2 * one for one in cotangents)), first, strict=True):
            np.testing.assert_allclose(again, -2 * once, rtol=1e-13)
    assert all((one == copy).all() for one, copy in zip(arguments, before, strict=True))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_keep_the_precision_of_their_inputs(dtype):
    four = [np.ones((3, 2), dtype) * k for k in (1, -1, 2, 3)]
    (mu, logvar), to_merged = by_hand.precision_weighted_merge(*four)
    value, to_kl = by_hand.kl_between_gaussians(*four)
    assert {one.dtype for one in (mu, logvar, value, *to_merged(mu, logvar), *to_kl(value))} == {np.dtype(dtype)}
