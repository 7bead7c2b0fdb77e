import numpy as np
import pytest

from common.data.dataset import Dataset, Split
from common.data.lazy import LazyArray
from common.errors import InvalidArgument

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (7, 1, 3, 5), dtype=np.uint8)
LABELS = np.arange(7)


def dataset(split: Split) -> Dataset:
    return Dataset("toy", split, split, None, "0")


def test_taking_indices_takes_images_and_labels_together():
    taken = Split(IMAGES, LABELS).take(np.array([5, 0, 5]))
    np.testing.assert_array_equal(taken.images, IMAGES[[5, 0, 5]])
    np.testing.assert_array_equal(taken.labels, [5, 0, 5])
    assert taken.factors is None
    assert len(taken) == 3


def test_what_is_lazy_stays_lazy():
    lazy = LazyArray(np.arange(7), lambda chosen: IMAGES[chosen], (1, 3, 5), np.dtype(np.uint8))
    train, validation = dataset(Split(lazy)).hold_out(2)
    assert isinstance(train.images, LazyArray)
    np.testing.assert_array_equal(validation.images[:], IMAGES[-2:])
    assert isinstance(Split(lazy).take(np.array([1])).images, LazyArray)


@pytest.mark.parametrize("indices", [[7], [-1], [0.5], [[0]], [True]])
def test_indices_that_are_not_those_of_images_are_refused(indices):
    with pytest.raises(InvalidArgument, match="indices: got"):
        Split(IMAGES).take(np.array(indices))


def test_labels_and_factors_must_be_as_many_as_the_images():
    with pytest.raises(InvalidArgument, match="labels: got 6 rows, expected 7"):
        Split(IMAGES, LABELS[:-1])
    with pytest.raises(InvalidArgument, match="factors"):
        Split(IMAGES, factors=np.zeros((8, 6), np.int64))


def test_the_last_images_are_held_out_and_none_is_lost_or_doubled():
    train, validation = dataset(Split(IMAGES, LABELS)).hold_out(3)
    np.testing.assert_array_equal(train.labels, [0, 1, 2, 3])
    np.testing.assert_array_equal(validation.labels, [4, 5, 6])
    np.testing.assert_array_equal(np.concatenate([train.images, validation.images]), IMAGES)


@pytest.mark.parametrize("n", [0, -1, 7, 8])
def test_holding_out_nothing_or_everything_is_refused(n):
    with pytest.raises(InvalidArgument, match=f"n: got {n}, expected a number from 1 to 6"):
        dataset(Split(IMAGES)).hold_out(n)


def test_the_shape_of_an_image_is_channels_height_width():
    assert dataset(Split(IMAGES)).image_shape == (1, 3, 5)
