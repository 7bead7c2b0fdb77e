"""The Frechet distance of two sets of features."""

import numpy as np
import pytest

from common.errors import InvalidArgument
from common.metrics import frechet_distance


def gaussian(rng, mean, factor, rows=200_000):
    return rng.standard_normal((rows, len(mean))) @ factor + mean


def test_a_set_is_at_0_of_itself_and_a_moved_one_at_the_square_of_its_way():
    features = gaussian(np.random.default_rng(0), np.zeros(5), np.diag([1, 2, 3, 0.1, 1.0]), 500)
    assert abs(frechet_distance(features, features)) < 1e-6
    way = np.array([1.0, -2.0, 0.0, 3.0, 0.5])
    assert frechet_distance(features, features + way) == pytest.approx(way @ way, rel=1e-6)


def test_for_scaled_features_it_is_known_in_closed_form():
    features = gaussian(np.random.default_rng(1), np.zeros(3), np.array([[1, 0.5, 0], [0, 2, 0.3], [0, 0, 1.5]]), 400)
    features -= features.mean(0)
    # C2 = 9 C1: the square root of C1 C2 is 3 C1, so tr(C1 + 9 C1 - 6 C1) = 4 tr C1 is left
    assert frechet_distance(features, 3 * features) == pytest.approx(4 * np.trace(np.cov(features.T)), rel=1e-9)


def test_it_is_near_the_distance_of_the_gaussians_that_sets_are_drawn_from():
    rng, m = np.random.default_rng(2), np.array([1.0, 0.0])
    a, b = np.array([[1.0, 0.4], [0.0, 1.0]]), np.array([[2.0, 0.0], [-0.7, 0.5]])
    c1, c2 = a.T @ a, b.T @ b
    values, vectors = np.linalg.eigh(c1)
    root = vectors @ np.diag(np.sqrt(values)) @ vectors.T
    expected = m @ m + np.trace(c1 + c2) - 2 * np.sqrt(np.linalg.eigvalsh(root @ c2 @ root)).sum()
    assert frechet_distance(gaussian(rng, m, a), gaussian(rng, np.zeros(2), b)) == pytest.approx(expected, rel=0.02)


def test_it_is_symmetric_and_never_far_below_0():
    rng = np.random.default_rng(3)
    one, other = rng.standard_normal((60, 50)), rng.standard_normal((55, 50)) * 0.1
    assert frechet_distance(one, other) == pytest.approx(frechet_distance(other, one), rel=1e-6)
    assert frechet_distance(one, one) > -1e-6


def test_features_of_float32_are_added_up_in_float64():
    rng = np.random.default_rng(4)
    features = rng.standard_normal((1000, 2)) + 1000
    assert frechet_distance(features.astype(np.float32), features) == pytest.approx(0, abs=1e-6)


def test_fewer_rows_than_features_are_refused():
    with pytest.raises(InvalidArgument, match=r"other: got 5 rows of 5 features, expected at least 6 rows"):
        frechet_distance(np.eye(7, 5), np.eye(5))
