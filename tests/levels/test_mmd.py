"""The unbiased MMD at three levels: values, gradients, and an expectation that can be added up."""

from itertools import product

import numpy as np
import pytest
import torch

import numpy_impl.mmd as by_hand
import paper.wae.model as paper
import pytorch_lowlevel.mmd as lowlevel
from common.errors import InvalidArgument
from numpy_impl.gradient_check import TOLERANCE, pullback_errors

SHAPES = [(7, 5, 3), (2, 11, 1), (13, 2, 5), (3, 3, 2)]  # codes, points of the prior, numbers of each
WIDTHS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


@pytest.fixture(params=SHAPES, ids=str)
def case(request) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Codes, points of the prior, and a generator for cotangents."""
    n, m, D = request.param
    rng = np.random.default_rng(n)
    return 1.4 * rng.standard_normal((n, D)) + 0.6, rng.standard_normal((m, D)), rng


def kernel(a: np.ndarray, b: np.ndarray) -> float:
    return sum(2 * len(a) * s / (2 * len(a) * s + np.sum((a - b) ** 2)) for s in WIDTHS)


def test_the_value_is_that_of_the_definition_pair_by_pair(case):
    z, prior, _ = case
    n, m = len(z), len(prior)
    codes = [kernel(z[i], z[j]) for i in range(n) for j in range(n) if i != j]
    points = [kernel(prior[i], prior[j]) for i in range(m) for j in range(m) if i != j]
    across = [kernel(a, b) for a in z for b in prior]
    assert by_hand.unbiased_mmd(z, prior)[0] == pytest.approx(
        sum(codes) / (n * n - n) + sum(points) / (m * m - m) - 2 * sum(across) / (n * m), rel=1e-12, abs=1e-13
    )


def test_the_estimate_is_unbiased_where_all_samples_can_be_counted():
    support = np.array([[0.0, 1.0], [2.0, -1.0], [5.0, 0.5]])
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.6, 0.3])
    K = np.array([[kernel(a, b) for b in support] for a in support])
    for one, other in ((p, q), (p, p)):
        expected = 0.0
        for i in product(range(3), repeat=2):
            for j in product(range(3), repeat=2):
                probability = one[list(i)].prod() * other[list(j)].prod()
                expected += probability * by_hand.unbiased_mmd(support[list(i)], support[list(j)])[0]
        assert expected == pytest.approx(one @ K @ one + other @ K @ other - 2 * one @ K @ other, abs=1e-12)


def test_of_two_samples_of_one_distribution_the_estimate_is_often_below_0():
    rng = np.random.default_rng(0)
    found = [by_hand.unbiased_mmd(rng.standard_normal((9, 2)), rng.standard_normal((9, 2)))[0] for _ in range(60)]
    assert 15 < np.sum(np.array(found) < 0) < 50


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_pullback_of_level_1_matches_finite_differences(shape):
    n, m, D = shape
    rng = np.random.default_rng(m)
    a, b, dy = rng.standard_normal((n, D)), 2 * rng.standard_normal((m, D)) + 1, rng.standard_normal((n, m))
    assert max(pullback_errors(by_hand.squared_distances, (a, b), dy)) < TOLERANCE
    squared = by_hand.squared_distances(a, b)[0]
    assert max(pullback_errors(lambda d: by_hand.inverse_multiquadratic(d, D), (squared,), dy)) < TOLERANCE
    cotangent = np.array(rng.normal())
    assert max(pullback_errors(as_arrays(by_hand.unbiased_mmd, b), (a,), cotangent)) < TOLERANCE


def as_arrays(mmd, prior):
    def operation(z):
        value, pullback = mmd(z, prior)
        return np.array(value), lambda dy: pullback(float(dy))

    return operation


@pytest.mark.parametrize("mmd", [lowlevel.unbiased_mmd, paper.mmd], ids=["level 2", "paper"])
def test_other_levels_have_the_value_and_the_gradient_of_level_1(case, relative_error, mmd):
    z, prior, rng = case
    value, pullback = by_hand.unbiased_mmd(z, prior)
    a, b, dy = torch.tensor(z, requires_grad=True), torch.tensor(prior), rng.normal()
    received = mmd(a, b)
    (gradient,) = torch.autograd.grad(dy * received, a)
    assert relative_error(received.reshape(1), [value]) <= 1e-10
    assert relative_error(gradient, pullback(dy)) <= 1e-10


def test_down_the_gradient_codes_move_to_the_prior():
    rng = np.random.default_rng(3)
    z, prior = 0.5 * rng.standard_normal((20, 2)) + 4, rng.standard_normal((30, 2))
    first = by_hand.unbiased_mmd(z, prior)[0]
    for _ in range(100):
        z = z - by_hand.unbiased_mmd(z, prior)[1](20.0)
    assert by_hand.unbiased_mmd(z, prior)[0] < 0.05 < 1 < first
    assert np.abs(z.mean(axis=0)).max() < 1.5, "they came from 4"


def test_the_kernel_has_a_slope_at_distances_of_every_scale():
    _, pullback = by_hand.inverse_multiquadratic(np.geomspace(0.1, 300, 9)[None], 2)
    relative = -pullback(np.ones((1, 9)))[0] * np.geomspace(0.1, 300, 9)
    assert relative.min() > 0.2, "with one width of 1 it would be 0.01 at the farthest"


def test_a_pullback_can_be_called_again_and_changes_no_input(case):
    z, prior, _ = case
    before = z.copy(), prior.copy()
    _, pullback = by_hand.unbiased_mmd(z, prior)
    first = pullback(1.0)
    np.testing.assert_allclose(pullback(-2.0), -2 * first, rtol=1e-13)
    assert (z == before[0]).all()
    assert (prior == before[1]).all()


@pytest.mark.parametrize("mmd", [by_hand.unbiased_mmd, lowlevel.unbiased_mmd], ids=["level 1", "level 2"])
@pytest.mark.parametrize(("n", "m", "name"), [(1, 5, "z"), (5, 1, "prior")])
def test_a_sample_without_a_pair_is_refused(mmd, n, m, name):
    make = np.zeros if mmd is by_hand.unbiased_mmd else lambda shape: torch.zeros(shape, dtype=torch.float64)
    with pytest.raises(InvalidArgument, match=name):
        mmd(make((n, 2)), make((m, 2)))
