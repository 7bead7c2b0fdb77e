from itertools import pairwise

import pytest

from common.errors import InvalidArgument
from common.schedule import constant, cyclical_warmup, linear_warmup, through, value_at


def test_a_constant_is_the_same_before_at_and_after_its_point():
    assert [value_at(constant(0.3), epoch) for epoch in (0.0, 0.5, 1e9)] == [0.3] * 3


def test_linear_warmup_rises_to_its_value_and_stays():
    schedule = linear_warmup(4.0, 2.0)
    assert [value_at(schedule, epoch) for epoch in (0.0, 1.0, 3.0, 4.0, 100.0)] == [0.0, 0.5, 1.5, 2.0, 2.0]


def test_cyclical_warmup_rises_holds_and_starts_again():
    schedule = cyclical_warmup(4.0, 2, value=3.0, rising=0.25)
    epochs = (0.0, 0.5, 1.0, 3.9, 4.0, 4.5, 5.0, 7.0, 8.0, 50.0)
    assert [value_at(schedule, epoch) for epoch in epochs] == [0.0, 1.5, 3.0, 3.0, 0.0, 1.5, 3.0, 3.0, 3.0, 3.0]


@pytest.mark.parametrize("period", [0.1, 0.3, 0.6, 0.7, 0.9, 1.2, 10 / 3])
@pytest.mark.parametrize("rising", [0.1, 0.5, 0.7, 1.0])
def test_at_the_exact_end_of_every_period_the_next_cycle_starts_at_0(period, rising):
    schedule = cyclical_warmup(period, 1000, rising=rising)
    assert all(later[0] >= earlier[0] for earlier, later in pairwise(schedule))
    assert {value_at(schedule[3 * cycle - 3 : 3 * cycle + 3], cycle * period) for cycle in range(1, 1000)} == {0.0}
    assert value_at(schedule, 1000 * period) == 1.0


def test_at_a_jump_the_value_is_the_one_after_it():
    schedule = through([(1, 5), (2, 7), (2, 1), (3, 2), (3, 9)])
    assert value_at(schedule, 0.0) == 5.0
    assert value_at(schedule, 1.999999) == pytest.approx(7.0, abs=1e-5)
    assert value_at(schedule, 2.0) == 1.0
    assert value_at(schedule, 2.5) == 1.5
    assert value_at(schedule, 3.0) == 9.0
    assert value_at(schedule, 4.0) == 9.0


def test_a_jump_at_the_first_point_and_several_points_at_one_epoch_are_no_division_by_zero():
    schedule = through([(0, 1), (0, 2), (0, 3), (2, 5)])
    assert [value_at(schedule, epoch) for epoch in (0.0, 1.0, 2.0)] == [3.0, 4.0, 5.0]


@pytest.mark.parametrize("points", [[], [(1, 0), (0, 1)], [(0, 1), (2, 1), (1, 1)], [(float("nan"), 1)]])
def test_points_out_of_order_or_none_are_refused(points):
    with pytest.raises(InvalidArgument, match="epochs that never decrease"):
        through(points)


@pytest.mark.parametrize("arguments", [(0.0, 1), (-1.0, 1), (2.0, 0), (2.0, 1, 1.0, 0.0), (2.0, 1, 1.0, 1.5)])
def test_cycles_that_make_no_sense_are_refused(arguments):
    with pytest.raises(InvalidArgument, match="period"):
        cyclical_warmup(*arguments)


@pytest.mark.parametrize("epochs", [0.0, -2.0])
def test_a_warmup_of_no_length_is_refused(epochs):
    with pytest.raises(InvalidArgument, match="warm-up epochs"):
        linear_warmup(epochs)
