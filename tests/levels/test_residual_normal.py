"""The KL of a residual posterior at three levels, and the largest singular value at two."""

import numpy as np
import pytest
import torch

import numpy_impl.residual_normal as by_hand
import pytorch_lowlevel.residual_normal as lowlevel
from numpy_impl.distributions import gaussian_kl
from numpy_impl.gradient_check import TOLERANCE, pullback_errors
from numpy_impl.spectral import largest_singular_value, power_iteration
from paper.nvae import residual as paper
from paper.nvae.spectral import power_iteration as of_paper

SHAPES = [(7, 5), (1, 3), (2, 3, 5, 7)]


def drawn(shape):
    rng = np.random.default_rng(len(shape))
    return [rng.normal(0.3, 1.2, shape) for _ in range(3)], rng.normal(size=shape)


def of_paper_kl(logvar, delta_mu, delta_logvar):
    p, delta = paper.Normal(torch.zeros_like(logvar), logvar / 2), paper.Normal(delta_mu, delta_logvar / 2)
    return paper.residual_kl(p, delta)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_pullback_of_the_residual_kl_matches_finite_differences(shape):
    inputs, dy = drawn(shape)
    assert max(pullback_errors(by_hand.residual_kl, inputs, dy)) < TOLERANCE


@pytest.mark.parametrize("kl", [lowlevel.residual_kl, of_paper_kl], ids=["level 2", "paper"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_other_levels_have_the_value_and_the_gradients_of_level_1(shape, kl, relative_error):
    inputs, dy = drawn(shape)
    value, pullback = by_hand.residual_kl(*inputs)
    tensors = [torch.tensor(one, requires_grad=True) for one in inputs]
    received = kl(*tensors)
    gradients = torch.autograd.grad(received, tensors, torch.tensor(dy))
    assert relative_error(received, value) <= 1e-10
    for gradient, expected in zip(gradients, pullback(dy), strict=True):
        assert relative_error(gradient, expected) <= 1e-10


def test_with_a_standard_prior_it_is_the_kl_of_a_vae():
    (_, mu, logvar), _ = drawn((5, 3))
    np.testing.assert_allclose(by_hand.residual_kl(np.zeros((5, 3)), mu, logvar)[0], gaussian_kl(mu, logvar)[0])


def test_where_nothing_is_added_there_is_no_kl_and_near_there_it_keeps_its_digits():
    zero, one = np.zeros(1), np.ones(1)
    assert by_hand.residual_kl(-3 * one, zero, zero)[0] == 0
    np.testing.assert_allclose(by_hand.residual_kl(-3 * one, zero, 1e-5 * one)[0], 0.25e-10, rtol=1e-4)


def test_a_narrow_prior_makes_a_moved_mean_dear():
    one = np.ones(1)
    values = [by_hand.residual_kl(logvar * one, one, 0 * one)[0][0] for logvar in (2, 0, -2)]
    assert values == pytest.approx([np.exp(-2) / 2, 0.5, np.exp(2) / 2])


@pytest.mark.parametrize("shape", [(7, 5), (3, 11), (1, 4), (5, 1)], ids=str)
def test_power_iteration_finds_the_largest_singular_value_and_its_gradient(shape):
    rng = np.random.default_rng(sum(shape))
    W, u = rng.standard_normal(shape), rng.standard_normal(shape[0])
    before = W.copy(), u.copy()
    (s, last), pullback = largest_singular_value(W, u, 500)
    U, S, V = np.linalg.svd(W)
    assert s == pytest.approx(S[0], rel=1e-12)
    np.testing.assert_allclose(pullback(-2.0), -2 * np.outer(U[:, 0], V[0]), atol=1e-6)
    assert np.linalg.norm(last) == pytest.approx(1)
    assert (before[0] == W).all()
    assert (u == before[1]).all()


@pytest.mark.parametrize("steps", [1, 3])
def test_the_paper_s_iteration_takes_the_same_steps(steps, relative_error):
    rng = np.random.default_rng(steps)
    W, u = rng.standard_normal((7, 5)), rng.standard_normal(7)
    received = of_paper(torch.tensor(W), torch.tensor(u), steps)
    for found, expected in zip(received, power_iteration(W, u, steps), strict=True):
        assert relative_error(found, expected) <= 1e-10


def test_iterations_in_two_parts_are_one():
    rng = np.random.default_rng(5)
    W, u = rng.standard_normal((7, 5)), rng.standard_normal(7)
    (_, half), _ = largest_singular_value(W, u, 2)
    assert largest_singular_value(W, half, 3)[0][0] == pytest.approx(largest_singular_value(W, u, 5)[0][0], rel=1e-13)
