import itertools

import numpy as np
import pytest

from common.data.factors import (
    FACTOR_NAMES,
    FACTOR_SIZES,
    FACTOR_VALUES,
    N_IMAGES,
    factors_of,
    grid_split,
    indices_of,
)
from common.errors import InvalidArgument


def test_the_grid_is_that_of_dsprites():
    assert N_IMAGES == 737_280
    assert tuple(FACTOR_VALUES) == FACTOR_NAMES
    assert tuple(len(values) for values in FACTOR_VALUES.values()) == FACTOR_SIZES
    assert FACTOR_VALUES["orientation"][[0, -1]].tolist() == [0, 2 * np.pi]


def test_images_are_counted_with_the_last_factor_fastest():
    first = itertools.islice(itertools.product(*map(range, FACTOR_SIZES)), 2000)
    np.testing.assert_array_equal(factors_of(np.arange(2000)), list(first))
    assert factors_of(np.array([N_IMAGES - 1])).tolist() == [[0, 2, 5, 39, 31, 31]]


def test_indices_and_factors_are_inverse_to_each_other():
    everything = np.arange(N_IMAGES)
    np.testing.assert_array_equal(indices_of(factors_of(everything)), everything)


@pytest.mark.parametrize("wrong", [[-1], [N_IMAGES], [0.0]])
def test_a_number_outside_the_grid_is_refused(wrong):
    with pytest.raises(InvalidArgument, match="indices"):
        factors_of(np.array(wrong))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([[0, 3, 0, 0, 0, 0]], r"factors \(shape\): got 3, expected class numbers from 0 to 2"),
        ([[0, 0, 0, 0, 0, -1]], r"factors \(y\)"),
        ([[0, 0, 0, 0, 0]], "six per image"),
        ([[0, 0, 0, 0, 0, 0.5]], "whole numbers"),
    ],
)
def test_factors_outside_the_grid_are_refused(wrong, message):
    with pytest.raises(InvalidArgument, match=message):
        indices_of(np.array(wrong))


def test_the_split_has_each_image_once_and_a_tenth_for_testing():
    train, test = grid_split()
    assert (len(train), len(test)) == (663_552, 73_728)
    assert train.dtype == test.dtype == np.int32
    assert np.array_equal(np.sort(np.concatenate([train, test])), np.arange(N_IMAGES))
    np.testing.assert_array_equal(grid_split()[1], test)
