"""Mutual information against scikit-learn, and the gap where it is known."""

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from common.data.factors import factors_of
from common.errors import InvalidArgument
from common.metrics import discrete_mutual_information, mutual_information_gap
from common.metrics.mutual_information_gap import BINS, equal_width_bins

SIZES = [(50, 2, 3), (211, 7, 5), (1001, 3, 40), (13, 13, 1), (1, 1, 1)]


def _gap_written_again(factors, codes):
    """The definition once more, with the mutual information and the bins of others."""
    edges = [np.linspace(code.min(), code.max(), 21)[1:-1] for code in codes.T]
    binned = [np.searchsorted(e, code, side="right") for e, code in zip(edges, codes.T, strict=True)]
    told = np.array([[mutual_info_score(v, z) for z in binned] for v in factors.T])
    told.sort(axis=1)
    return np.mean([(row[-1] - row[-2]) / mutual_info_score(v, v) for row, v in zip(told, factors.T, strict=True)])


@pytest.mark.parametrize(("n", "rows", "columns"), SIZES)
def test_mutual_information_is_that_of_scikit_learn(n, rows, columns):
    rng = np.random.default_rng(n)
    a = 3 * rng.integers(0, rows, n) - 5
    b = (a + rng.integers(0, columns, n)) % (columns + 1)
    assert discrete_mutual_information(a, b) == pytest.approx(mutual_info_score(a, b), rel=1e-10, abs=1e-14)


def test_the_information_of_a_variable_about_itself_is_its_entropy():
    a = np.array([4, 4, -1, 9])
    assert discrete_mutual_information(a, a) == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(4), rel=1e-14)


def test_bins_have_equal_widths_and_the_greatest_value_is_in_the_last_one():
    code = np.array([-1.0, -0.91, -0.89, 0.05, 0.95, 1.0])
    assert equal_width_bins(code).tolist() == [1, 1, 2, 11, BINS, BINS]


@pytest.mark.parametrize(("n", "factors", "latents"), [(301, 2, 3), (503, 5, 2), (97, 1, 7)])
def test_the_gap_is_the_definition_written_once_more(n, factors, latents):
    rng = np.random.default_rng(n)
    v = np.stack([rng.integers(0, 2 + k, n) for k in range(factors)], axis=1)
    codes = v @ rng.standard_normal((factors, latents)) + 0.3 * rng.standard_normal((n, latents))
    assert mutual_information_gap(v, codes) == pytest.approx(_gap_written_again(v, codes), rel=1e-10)


def test_a_latent_for_each_factor_gives_nearly_1_and_a_copy_of_it_gives_0():
    rng = np.random.default_rng(1)
    factors = factors_of(rng.integers(0, 737_280, 20_000))[:, 1:3]
    codes = np.concatenate([factors * [1.7, -0.3], rng.standard_normal((20_000, 1))], axis=1)
    assert mutual_information_gap(factors, codes) > 0.99
    assert mutual_information_gap(factors, codes[:, [0, 1, 0, 1]]) == 0.0


def test_the_gap_does_not_change_when_latents_are_scaled_shifted_or_exchanged():
    rng = np.random.default_rng(2)
    factors = rng.integers(0, 5, (400, 3))
    codes = factors @ rng.standard_normal((3, 4)) + rng.standard_normal((400, 4))
    moved = (codes * [2.0, -1.0, 0.5, 4.0] + [1.0, 0.0, -8.0, 2.0])[:, [2, 0, 3, 1]]
    assert mutual_information_gap(factors, moved) == pytest.approx(mutual_information_gap(factors, codes), rel=1e-9)


def test_a_factor_that_never_changes_is_left_out():
    rng = np.random.default_rng(3)
    factors, codes = rng.integers(0, 4, (200, 2)), rng.standard_normal((200, 3))
    with_constant = np.insert(factors, 1, 7, axis=1)
    assert mutual_information_gap(with_constant, codes) == mutual_information_gap(factors, codes)


def test_one_latent_or_no_factor_that_changes_is_refused():
    rng = np.random.default_rng(4)
    with pytest.raises(InvalidArgument, match="at least two"):
        mutual_information_gap(rng.integers(0, 4, (20, 2)), rng.standard_normal((20, 1)))
    with pytest.raises(InvalidArgument, match="at least one factor"):
        mutual_information_gap(np.ones((20, 2), int), rng.standard_normal((20, 3)))
