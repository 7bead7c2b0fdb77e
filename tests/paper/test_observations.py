import numpy as np

from common.data import Dataset, Split
from paper.aevb.experiment import shuffled_split


def made_up() -> Dataset:
    images = np.arange(50, dtype=np.uint8).reshape(50, 1, 1, 1)
    return Dataset("made up", Split(images[:40]), Split(images[40:]), None, "")


def test_the_shuffled_split_deals_every_image_once_to_parts_of_the_same_sizes_and_always_alike():
    train, test = shuffled_split(made_up())
    again, _ = shuffled_split(made_up())
    assert (len(train), len(test)) == (40, 10)
    assert sorted([*train.ravel(), *test.ravel()]) == list(range(50))
    assert test.min() < 40, "the test images are still the last ones"
    np.testing.assert_array_equal(train, again)
