"""The gradient check of level 1: what it must accept, and what it must reject."""

import numpy as np
import pytest

from common.errors import InvalidArgument
from numpy_impl.gradient_check import TOLERANCE, finite_differences, pullback_errors
from numpy_impl.operations import linear, softplus

rng = np.random.default_rng(7)
ARGUMENTS = rng.standard_normal((3, 5)), rng.standard_normal((7, 5)), rng.standard_normal(7)
DY = rng.standard_normal((3, 7))


def test_finite_differences_are_the_gradient_of_the_sum_with_the_cotangent():
    x = rng.standard_normal((3, 5))
    dy = rng.standard_normal((3, 5))
    (received,) = finite_differences(np.sin, (x,), dy)
    assert np.abs(received - dy * np.cos(x)).max() <= 1e-9


def test_arguments_are_left_as_they_are():
    before = [argument.copy() for argument in ARGUMENTS]
    pullback_errors(linear, ARGUMENTS, DY)
    assert all(np.array_equal(a, b) for a, b in zip(ARGUMENTS, before, strict=True))


def test_right_pullbacks_have_small_errors_one_for_each_argument():
    errors = pullback_errors(linear, ARGUMENTS, DY)
    assert len(errors) == 3
    assert max(errors) < TOLERANCE
    (error,) = pullback_errors(softplus, (ARGUMENTS[0],), rng.standard_normal((3, 5)))
    assert error < TOLERANCE


def test_the_argument_with_the_wrong_gradient_is_told_by_its_error():
    def five_percent_off(x, weight, bias):
        y, pullback = linear(x, weight, bias)

        def wrong(dy):
            dx, dweight, dbias = pullback(dy)
            return dx, 1.05 * dweight, dbias

        return y, wrong

    dx, dweight, dbias = pullback_errors(five_percent_off, ARGUMENTS, DY)
    assert dweight == pytest.approx(0.05, rel=1e-6)
    assert max(dx, dbias) < TOLERANCE < dweight


def test_a_gradient_of_the_wrong_shape_has_an_infinite_error():
    def transposed(x, weight, bias):
        y, pullback = linear(x, weight, bias)
        return y, lambda dy: (pullback(dy)[0], pullback(dy)[1].T, pullback(dy)[2])

    assert pullback_errors(transposed, ARGUMENTS, DY)[1] == np.inf


def test_a_gradient_that_should_be_zero_is_measured_by_its_size():
    assert pullback_errors(lambda x: (0 * x, lambda dy: 0.25 * dy), (ARGUMENTS[0],), np.ones((3, 5))) == (0.25,)


def test_single_precision_is_refused():
    single = ARGUMENTS[0].astype(np.float32)
    with pytest.raises(InvalidArgument, match="float64"):
        finite_differences(np.sin, (single,), single)
