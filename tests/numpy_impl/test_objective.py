import numpy as np
import pytest
import torch

from common.objective import BetaObjective, CapacityObjective
from common.schedule import linear_warmup, value_at
from numpy_impl.objective import capacity_at, distance_to_capacity, free_bits, kl_penalty

SHAPES = [(2, 3), (7, 5), (1, 11), (5, 1), (3, 13)]


def _kl(shape, seed):
    return np.random.default_rng(seed).gamma(1.0, 1.0, shape)


def _between_latents(kl):
    """A minimum that some latents pay and others do not (one latent alone pays)."""
    means = np.sort(kl.mean(axis=0))
    return float(means[: len(means) // 2 + 1][-2:].mean()) if len(means) > 1 else float(means[0] / 2)


@pytest.mark.parametrize("shape", SHAPES)
def test_pullback_of_free_bits_matches_finite_differences(assert_pullback, shape):
    kl = _kl(shape, 1)
    minimum = _between_latents(kl)
    if shape[1] > 1:
        assert 0 < (kl.mean(axis=0) < minimum).sum() < shape[1]
    assert_pullback(lambda k: free_bits(k, minimum), kl, seed=1, step=1e-5, tolerance=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_free_bits_equal_those_of_torch_autograd(assert_equals_autograd, shape):
    kl = _kl(shape, 2)
    minimum = _between_latents(kl)
    assert_equals_autograd(
        lambda k: free_bits(k, minimum),
        lambda k: torch.maximum(k.mean(0), torch.tensor(minimum, dtype=k.dtype)).sum(),
        kl,
        seed=2,
    )


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_pullback_of_the_distance_to_capacity_matches_finite_differences(assert_pullback, shape, factor):
    kl = _kl(shape, 3)
    capacity = factor * float(kl.sum(axis=1).mean())
    assert_pullback(lambda k: distance_to_capacity(k, capacity), kl, seed=3, step=1e-4)


@pytest.mark.parametrize(
    "objective",
    [BetaObjective(0.3, 0.9), BetaObjective(4.0), CapacityObjective(1.5, 7.0), CapacityObjective(90.0, 3.0)],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_pullback_of_the_kl_penalty_matches_finite_differences(assert_pullback, shape, objective):
    assert_pullback(lambda k: kl_penalty(k, objective), _kl(shape, 4), seed=4, step=1e-4)


def test_at_equality_free_bits_let_the_gradient_flow():
    kl = np.array([[0.25, 0.5], [0.75, 1.5]])
    value, pullback = free_bits(kl, 0.5)
    assert value == 0.5 + 1.0
    assert np.array_equal(pullback(3.0), np.full((2, 2), 1.5))


def test_free_bits_compare_the_mean_over_the_batch_and_not_each_image():
    kl = np.array([[0.0], [3.0]])
    value, pullback = free_bits(kl, 1.0)
    assert value == 1.5
    assert np.array_equal(pullback(1.0), [[0.5], [0.5]])


def test_the_capacity_is_the_linear_warmup_counted_in_steps():
    steps, largest = 700, 23.5
    for step in (0, 1, 350, 699, 700, 701, 10_000):
        assert capacity_at(step, steps, largest) == pytest.approx(
            value_at(linear_warmup(steps, largest), step), rel=1e-14
        )
    assert capacity_at(0, steps, largest) == 0.0
    assert capacity_at(steps, steps, largest) == capacity_at(9 * steps, steps, largest) == largest
