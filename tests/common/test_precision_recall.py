"""Precision and recall of generated features (Kynkaanniemi et al. 2019)."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from common.errors import InvalidArgument
from common.metrics import precision_and_recall

LINE = np.array([[0.0], [1.0], [3.0]])
"""With k = 1 the balls reach from -1 to 1, from 0 to 2 and from 1 to 5."""


def test_on_a_line_it_is_what_one_counts_by_hand():
    generated = np.array([[-1.0], [-1.5], [5.0], [5.5]])  # the first and third lie on a surface; balls of 0.5 about all
    assert precision_and_recall(LINE, generated, k=1) == (0.5, 0.0)
    assert precision_and_recall(generated, LINE, k=1) == (0.0, 0.5)


def test_a_set_is_covered_by_itself_and_by_no_set_far_away():
    rng = np.random.default_rng(0)
    real = rng.standard_normal((40, 3))
    assert precision_and_recall(real, real) == (1.0, 1.0)
    assert precision_and_recall(real, real + 1e6) == (0.0, 0.0)


def test_one_mode_of_two_is_precise_and_recalls_half():
    rng = np.random.default_rng(1)
    one, other = rng.standard_normal((60, 2)), rng.standard_normal((60, 2)) + 1000
    precision, recall = precision_and_recall(np.concatenate([one, other]), rng.standard_normal((120, 2)) * 0.5)
    assert precision > 0.9
    assert recall <= 0.5


@pytest.mark.parametrize("k", [1, 3, 5])
def test_it_agrees_with_a_search_for_neighbours_by_scikit_learn(k):
    rng = np.random.default_rng(k)
    real, generated = rng.standard_normal((700, 4)), 0.8 * rng.standard_normal((650, 4)) + 0.3

    def covered(points, centres):
        radii = NearestNeighbors(n_neighbors=k + 1).fit(centres).kneighbors(centres)[0][:, k]
        apart = np.linalg.norm(points[:, None] - centres, axis=2)
        return (apart <= radii).any(1).mean()

    assert precision_and_recall(real, generated, k) == pytest.approx(
        (covered(generated, real), covered(real, generated))
    )


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((LINE, np.zeros((4, 2)), 1), "generated"),
        ((LINE, LINE, 3), "real"),
        ((np.zeros((5, 1)), LINE, 3), "generated"),
        ((LINE, LINE, 0), "k"),
        ((LINE, np.array([[0.0], [np.nan]]), 1), "generated"),
    ],
)
def test_what_cannot_be_measured_is_refused_by_its_name(arguments, name):
    with pytest.raises(InvalidArgument) as refused:
        precision_and_recall(*arguments)
    assert refused.value.argument == name
