import numpy as np
import pytest

from common.errors import InvalidArgument
from common.metrics import batches_with_a_fixed_factor, pairs_with_a_fixed_factor

SIZES = (1, 3, 7, 5)


def test_both_images_of_a_pair_share_the_fixed_factor_and_pairs_do_not():
    fixed, factors = pairs_with_a_fixed_factor(SIZES, 400, 11, np.random.default_rng(0))
    of_fixed = factors[np.arange(400), :, :, fixed]
    np.testing.assert_array_equal(of_fixed[:, :, 0], of_fixed[:, :, 1])
    assert (of_fixed[:, :, 0] != of_fixed[:, :1, 0]).any(axis=1).mean() > 0.95


def test_all_images_of_a_batch_share_one_value_of_the_fixed_factor():
    fixed, factors = batches_with_a_fixed_factor(SIZES, 300, 13, np.random.default_rng(1))
    of_fixed = factors[np.arange(300), :, fixed]
    np.testing.assert_array_equal(of_fixed, np.repeat(of_fixed[:, :1], 13, axis=1))
    assert set(of_fixed[fixed == 1, 0]) == {0, 1, 2}


@pytest.mark.parametrize("draw", [pairs_with_a_fixed_factor, batches_with_a_fixed_factor])
def test_what_is_not_fixed_is_drawn_evenly_from_the_whole_grid(draw):
    fixed, factors = draw(SIZES, 600, 17, np.random.default_rng(2))
    for k, size in enumerate(SIZES):
        values = factors[fixed != k][..., k].ravel()
        counts = np.bincount(values, minlength=size)
        assert len(counts) == size
        np.testing.assert_allclose(counts / len(values), 1 / size, rtol=0.1)


@pytest.mark.parametrize("draw", [pairs_with_a_fixed_factor, batches_with_a_fixed_factor])
def test_every_factor_that_changes_is_fixed_equally_often_and_no_other(draw):
    fixed, _ = draw(SIZES, 3000, 2, np.random.default_rng(3))
    counts = np.bincount(fixed, minlength=4)
    assert counts[0] == 0
    np.testing.assert_allclose(counts[1:], 1000, rtol=0.15)
    with pytest.raises(InvalidArgument, match="two values"):
        draw((1, 1), 5, 2, np.random.default_rng(4))
