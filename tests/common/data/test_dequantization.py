import numpy as np
import pytest
from scipy.stats import norm

from common.data.dequantization import dequantize
from common.streams import Stream

ALL_LEVELS = np.arange(256, dtype=np.uint8).repeat(400)


def test_noise_never_leaves_the_cell_of_its_level_and_fills_it():
    x = dequantize(ALL_LEVELS, 0, Stream.BINARIZE, 0).astype(np.float64)
    within = x * 256 - ALL_LEVELS
    assert x.min() >= 0
    assert x.max() < 1
    assert -1e-5 < within.min() < 0.001
    assert 0.999 < within.max() < 1.00001
    # mean 1/2 with standard error sqrt(1/12 / n): 6 of them are a false alarm in about 1 of 5e8
    assert abs(within.mean() - 0.5) < 6 * (1 / 12 / len(x)) ** 0.5


def test_the_noise_is_another_one_at_every_step_and_the_same_one_at_the_same_step():
    first, again, later = (dequantize(ALL_LEVELS, 0, Stream.BINARIZE, step) for step in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != later).mean() > 0.99


@pytest.mark.parametrize("sigma", [0.1, 0.01, 1 / (256 * 12**0.5), 0.001, 1e-4, 1e-6])
def test_with_the_noise_no_gaussian_exceeds_log_256_nats_a_pixel(sigma):
    level = np.full(20_000, 100, np.uint8)
    x = dequantize(level, 0, Stream.BINARIZE, 0)
    assert norm.logpdf(x, 100.5 / 256, sigma).mean() < np.log(256)


def test_without_the_noise_a_gaussian_that_shrinks_onto_a_level_has_no_bound():
    assert norm.logpdf(100.5 / 256, 100.5 / 256, 1e-6) > 2 * np.log(256)
