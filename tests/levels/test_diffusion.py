"""A step of a diffusion model's training, at level 1 and in the paper."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import numpy_impl.diffusion as by_hand
from common.errors import InvalidArgument
from numpy_impl.gradient_check import TOLERANCE, pullback_errors
from paper.ddpm.model import Chain, cosine_betas

T = 13


@pytest.fixture
def case() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images, times, noise, and the betas of a schedule that is not the paper's."""
    rng = np.random.default_rng(0)
    return rng.normal(0, 1, (5, 1, 3, 2)), rng.integers(1, T + 1, 5), rng.normal(0, 1, (5, 1, 3, 2)), rng.random(T) / 2


def test_level_1_makes_the_same_noisy_images_as_the_paper(case):
    x_0, t, eps, betas = case
    chain = Chain(torch.from_numpy(betas))
    theirs = chain.noised(*(torch.from_numpy(one) for one in (x_0, t, eps)))
    np.testing.assert_allclose(by_hand.noised(x_0, t, eps, betas), theirs, rtol=1e-12)


def test_many_single_steps_have_the_same_mean_and_variance(case):
    x_0, _, _, betas = case
    zero, one = np.zeros_like(x_0), np.ones_like(x_0)
    mean, variance = x_0, zero
    for t in range(1, T + 1):
        mean, variance = np.sqrt(1 - betas[t - 1]) * mean, (1 - betas[t - 1]) * variance + betas[t - 1]
        times = np.full(len(x_0), t)
        np.testing.assert_allclose(by_hand.noised(x_0, times, zero, betas), mean, rtol=1e-12)
        np.testing.assert_allclose(by_hand.noised(zero, times, one, betas) ** 2, variance, rtol=1e-12)


def test_the_loss_is_the_papers_times_the_pixels_and_so_is_its_gradient(case):
    _, _, eps, _ = case
    predicted = torch.from_numpy(eps[::-1].copy()).requires_grad_()
    value, pullback = by_hand.noise_loss(predicted.detach().numpy(), eps)
    theirs = eps[0].size * F.mse_loss(predicted, torch.from_numpy(eps))
    (2.5 * theirs).backward()
    assert value == pytest.approx(theirs.item())
    np.testing.assert_allclose(pullback(2.5), predicted.grad, rtol=1e-12)


def test_the_pullback_agrees_with_finite_differences(case):
    x_0, _, eps, _ = case

    def operation(predicted):
        value, pullback = by_hand.noise_loss(predicted, eps)
        return np.array(value), lambda dy: pullback(float(dy))

    (error,) = pullback_errors(operation, [x_0], np.array(-1.7))
    assert error < TOLERANCE


@pytest.mark.parametrize("t", [0, T + 1, -1])
def test_a_time_outside_the_chain_is_refused(case, t):
    x_0, times, eps, betas = case
    with pytest.raises(InvalidArgument, match="from 1 to 13"):
        by_hand.noised(x_0, np.array([*times[1:], t]), eps, betas)


def test_the_cosine_schedule_ends_in_noise_alone(case):
    x_0, _, eps, _ = case
    x_t = by_hand.noised(x_0, np.full(5, 1000), eps, cosine_betas(1000).numpy())
    np.testing.assert_allclose(x_t, eps, atol=1e-3)
