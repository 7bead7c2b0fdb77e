import numpy as np
import pytest

from common.data import digits


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return digits.load(tmp_path_factory.mktemp("unused"))


def test_the_last_297_digits_are_for_testing(dataset):
    assert dataset.train.images.shape == (1500, 1, 28, 28)
    assert dataset.test.images.shape == (297, 1, 28, 28)
    assert dataset.train.images.dtype == np.uint8
    assert np.bincount(dataset.test.labels).tolist() == [27, 31, 27, 30, 33, 30, 30, 30, 28, 31]
    assert np.bincount(np.concatenate([dataset.train.labels, dataset.test.labels])).tolist() == [
        *(178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
    ]


def test_digits_lie_in_the_middle_with_a_margin_of_four(dataset):
    images = dataset.train.images[:, 0]
    inner = images[:, 4:-4, 4:-4]
    assert images.sum(dtype=np.int64) == inner.sum(dtype=np.int64)
    assert inner[:, 0].any()
    assert inner[:, -1].any()
    assert images.max() == 255


def test_enlarging_keeps_where_the_ink_is(dataset):
    small = np.random.default_rng(0).integers(0, 17, (5, 8, 8)).astype(float)
    small[:, [0, -1]] = small[:, :, [0, -1]] = 0
    large = digits.enlarge(small)[:, 0, 4:-4, 4:-4].astype(float)
    position_small, position_large = (np.arange(8) + 0.5) / 8, (np.arange(20) + 0.5) / 20
    for axis in (1, 2):
        ink_small, ink_large = small.sum(axis=axis), large.sum(axis=axis)
        before = (ink_small * position_small).sum(axis=1) / ink_small.sum(axis=1)
        after = (ink_large * position_large).sum(axis=1) / ink_large.sum(axis=1)
        np.testing.assert_allclose(after, before, atol=0.02)


def test_blank_stays_blank_and_full_ink_becomes_255():
    assert not digits.enlarge(np.zeros((1, 8, 8))).any()
    assert (digits.enlarge(np.full((1, 8, 8), 16.0))[:, :, 12:16, 12:16] >= 250).all()


def test_the_content_is_the_one_that_results_were_measured_on(dataset):
    assert dataset.checksum == "5d51fc2fb9adefba4f806ea788ef5a69854c22f548adf4f8e7b9215983b01bf5"
