"""What is noted along the way of a run."""

import numpy as np
import pytest

from paper.kit.curve import four_in_each_decade, mean_and_error, note, with_errors


def test_the_error_of_a_mean_is_the_spread_of_its_values_over_the_root_of_their_number():
    values = np.array([1.0, 2.0, 6.0, 7.0])
    assert mean_and_error(values) == (4.0, pytest.approx((26 / 3) ** 0.5 / 2))


def test_a_curve_has_a_point_four_times_in_a_power_of_ten_and_at_the_end():
    steps = four_in_each_decade(100_000, 100)
    assert sorted(step for step in steps if step <= 1000) == [100, 178, 316, 562, 1000]
    assert 1234 in four_in_each_decade(123_400, 100)


def test_a_curve_has_a_column_for_each_measure_and_one_for_its_error():
    curve = {}
    for samples in (100, 200):
        note(curve, {"samples": samples, **with_errors({"bound": np.array([3.0, 5.0])})})
    assert curve == {"samples": [100, 200], "bound": [4.0, 4.0], "bound error": [1.0, 1.0]}
