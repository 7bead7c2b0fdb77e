"""What figures are measured against, and in which units."""

from math import log

import numpy as np
import pytest
from scipy.stats import norm

from common.data import Split, load
from common.data.dequantization import dequantize
from common.data.description import Description, Likelihood
from common.errors import InvalidArgument
from common.pixels import PIXELS, uniform_nats
from common.streams import Stream

RANDOM = np.random.default_rng(3)


def _about(channels: int, likelihood: Likelihood = Likelihood.DEQUANTIZED) -> Description:
    return Description("hues", "", "", (channels, 4, 5), {}, "", "", False, likelihood)


def test_the_gaussian_baseline_is_the_mean_over_draws_of_one_gaussian_fitted_to_training_images():
    level = RANDOM.integers(30, 220, (3, 2, 5))
    train, test = (np.clip(level + RANDOM.normal(0, 9, (n, 3, 2, 5)), 0, 255).astype(np.uint8) for n in (1500, 700))
    found = PIXELS["gaussian"].baseline(Split(train), Split(test))
    x = dequantize(train, 0, Stream.BINARIZE, 0).astype(np.float64)
    sigma = np.sqrt(x.var(axis=0).mean())
    density = norm.logpdf(dequantize(test, 0, Stream.BINARIZE, 1), x.mean(axis=0), sigma)
    assert found.nats == pytest.approx(-density.reshape(len(test), -1).sum(axis=1).mean(), abs=0.05)
    assert found.diverged == pytest.approx(found.nats + 30 * log(256))


def test_the_baseline_of_images_that_are_all_the_same_is_that_of_the_noise_within_a_level():
    images = np.full((3, 1, 2, 2), 7, np.uint8)
    nats = PIXELS["gaussian"].baseline(Split(images), Split(images)).nats
    assert nats == pytest.approx(4 * (0.5 * log(2 * np.pi * np.e / 12) - log(256)))


def test_a_coin_costs_log_2_nats_a_pixel_and_channel_whatever_the_images():
    images = RANDOM.integers(0, 256, (3, 1, 28, 28), dtype=np.uint8)
    found = PIXELS["bernoulli"].baseline(Split(images), Split(images))
    assert (found.nats, found.diverged) == pytest.approx((784 * log(2), 1.1 * 784 * log(2)))


def test_a_uniform_density_on_0_to_1_costs_8_bits_a_dimension_and_halving_each_pixel_s_range_7():
    grey = PIXELS["gaussian"]
    assert grey.bits_per_dimension(0.0, (3, 5, 7)) == pytest.approx(8)
    assert grey.bits_per_dimension(-105 * log(2), (3, 5, 7)) == pytest.approx(7)
    assert PIXELS["bernoulli"].bits_per_dimension(90.0, (1, 28, 28)) is None


def test_an_image_holds_no_more_nats_than_there_are_images():
    assert uniform_nats(PIXELS["bernoulli"], (1, 2, 3)) == pytest.approx(log(2**6))
    assert uniform_nats(PIXELS["gaussian"], (3, 2, 1)) == pytest.approx(log(256**6))


def test_a_bernoulli_refuses_colour_and_a_gaussian_takes_it():
    PIXELS["gaussian"].check(_about(3), "--data")
    PIXELS["bernoulli"].check(_about(1), "--data")
    with pytest.raises(InvalidArgument, match=r"--data: got hues, whose images are in colour.*--likelihood gaussian"):
        PIXELS["bernoulli"].check(_about(3), "--data")


def test_of_photographs_taken_for_binary_images_it_is_said_what_the_figures_are_of():
    assert "not of the photographs" in PIXELS["bernoulli"].remark(_about(1))
    assert PIXELS["bernoulli"].remark(_about(1, Likelihood.REBINARIZED)) == ""
    assert "may be negative" in PIXELS["gaussian"].remark(_about(3))


def test_each_likelihood_draws_its_own_pixels():
    images = load("digits").train.images[:20]
    assert set(np.unique(PIXELS["bernoulli"].draw(images, 0, Stream.BINARIZE, 0))) == {0, 1}
    x = PIXELS["gaussian"].draw(images, 0, Stream.BINARIZE, 0)
    assert np.array_equal(np.floor(x.astype(np.float64) * 256), images)
