import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.data.batches import batch_indices, epoch_permutation, steps_per_epoch
from common.errors import InvalidArgument


def epoch(seed: int, number: int, n: int, batch_size: int) -> np.ndarray:
    steps = steps_per_epoch(n, batch_size)
    return np.concatenate([batch_indices(seed, number * steps + step, n, batch_size) for step in range(steps)])


@given(st.integers(1, 60), st.data())
def test_an_epoch_visits_no_image_twice_and_drops_less_than_a_batch(n, data):
    batch_size = data.draw(st.integers(1, n))
    visited = epoch(3, data.draw(st.integers(0, 5)), n, batch_size)
    assert len(set(visited.tolist())) == len(visited) > n - batch_size
    assert set(visited.tolist()) <= set(range(n))


def test_a_batch_depends_on_nothing_but_seed_and_step():
    later = batch_indices(1, 1000, 101, 7).copy()
    for step in (3, 999, 1000):
        again = batch_indices(1, step, 101, 7)
    np.testing.assert_array_equal(again, later)
    assert not np.array_equal(batch_indices(2, 1000, 101, 7), later)


def test_every_epoch_has_its_own_order_and_so_drops_other_images():
    dropped = [set(range(101)) - set(epoch(0, number, 101, 20).tolist()) for number in range(40)]
    assert all(len(images) == 1 for images in dropped)
    assert len(set.union(*dropped)) > 20


def test_an_order_is_a_permutation_that_cannot_be_changed_by_accident():
    order = epoch_permutation(0, 0, 50)
    assert sorted(order.tolist()) == list(range(50))
    with pytest.raises(ValueError, match="read-only"):
        order[0] = 1


@pytest.mark.parametrize("batch_size", [0, -1, 102])
def test_a_batch_larger_than_the_data_or_empty_is_refused(batch_size):
    with pytest.raises(InvalidArgument, match=f"batch_size: got {batch_size}, expected a number from 1 to 101"):
        batch_indices(0, 0, 101, batch_size)


def test_a_negative_step_is_refused():
    with pytest.raises(InvalidArgument, match="step: got -1"):
        batch_indices(0, -1, 101, 7)
