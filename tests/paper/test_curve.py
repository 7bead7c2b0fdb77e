"""What is noted along the way of a run."""

import numpy as np
import pytest

from paper.kit.curve import mean_and_error, record_curve


def test_the_error_of_a_mean_is_the_spread_of_its_values_over_the_root_of_their_number():
    values = np.array([1.0, 2.0, 6.0, 7.0])
    assert mean_and_error(values) == (4.0, pytest.approx((26 / 3) ** 0.5 / 2))


def test_a_curve_counts_images_and_has_a_point_four_times_in_a_power_of_ten_and_at_the_end():
    curve = {}
    steps = [{"step": step} for step in range(1, 1001)]
    values = np.array([3.0, 5.0])
    assert list(record_curve(steps, {"bound": lambda: values}, curve, 100, 100_000)) == steps
    assert curve["samples"] == [10_000, 17_800, 31_600, 56_200, 100_000]
    assert curve["bound"] == [4.0] * 5
    assert curve["bound error"] == [1.0] * 5
