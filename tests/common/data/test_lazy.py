import numpy as np
import pytest

from common.data.lazy import LazyArray

ROWS = np.random.default_rng(0).integers(0, 256, (11, 3), dtype=np.uint8)
NUMBERS = np.array([7, 2, 9, 4, 0], np.int32)


@pytest.fixture
def lazy():
    return LazyArray(NUMBERS, lambda chosen: ROWS[chosen], (3,), np.dtype(np.uint8))


@pytest.mark.parametrize(
    "key",
    [2, -1, slice(1, 4), slice(None, None, 2), np.array([3, 0, 3]), np.array([], int), [1, 2], NUMBERS > 3],
)
def test_indexing_gives_what_the_whole_array_would_give(lazy, key):
    np.testing.assert_array_equal(lazy[key], ROWS[NUMBERS][key])


def test_the_whole_array_has_the_stated_shape_and_type(lazy):
    whole = np.asarray(lazy)
    assert lazy.shape == whole.shape
    assert lazy.dtype == whole.dtype
    assert len(lazy) == len(whole)


def test_a_selection_computes_nothing_until_it_is_read():
    def refuse(chosen):
        raise AssertionError("computed too early")

    selection = LazyArray(NUMBERS, refuse, (3,), np.dtype(np.uint8)).select(slice(-2, None))
    assert selection.shape == (2, 3)
    with pytest.raises(AssertionError, match="too early"):
        selection[0]


def test_an_index_past_the_end_is_refused(lazy):
    with pytest.raises(IndexError):
        lazy[5]
