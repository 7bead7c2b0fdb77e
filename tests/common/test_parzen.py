"""The Parzen-window estimate."""

import numpy as np
import pytest
from sklearn.neighbors import KernelDensity

from common.errors import InvalidArgument
from common.metrics import parzen_log_likelihood, parzen_sigma


def test_two_samples_on_a_line_have_the_density_that_is_worked_out_by_hand():
    x, samples = np.array([[0.0], [1.0]]), np.array([[0.0], [2.0]])
    peak = 1 / (0.5 * np.sqrt(2 * np.pi))
    by_hand = [np.log(peak * (1 + np.exp(-8)) / 2), np.log(peak * np.exp(-2))]
    np.testing.assert_allclose(parzen_log_likelihood(x, samples, 0.5), by_hand, rtol=1e-12)


def test_it_is_the_density_of_scikit_learn_s_kernel_estimate_for_more_images_than_are_held_at_a_time():
    rng = np.random.default_rng(0)
    x, samples = rng.standard_normal((503, 7)).astype(np.float32), rng.standard_normal((11, 7)).astype(np.float32)
    expected = KernelDensity(bandwidth=0.3).fit(samples).score_samples(x)
    np.testing.assert_allclose(parzen_log_likelihood(x, samples, 0.3), expected, rtol=1e-6)


def test_far_from_all_samples_it_is_small_and_finite():
    x, samples = np.full((1, 784), 1.0), np.zeros((3, 784))
    assert parzen_log_likelihood(x, samples, 0.01)[0] == pytest.approx(
        784 * (-5000 - np.log(0.01 * np.sqrt(2 * np.pi)))
    )


def test_a_sample_that_is_the_image_itself_gives_the_peak_of_its_gaussian():
    x = np.random.default_rng(1).random((2, 784))
    assert parzen_log_likelihood(x, x[:1], 0.01)[0] == pytest.approx(-784 * np.log(0.01 * np.sqrt(2 * np.pi)))


def test_the_sigma_that_is_chosen_is_the_best_on_the_validation_images():
    rng = np.random.default_rng(2)
    validation, samples, sigmas = rng.standard_normal((40, 3)), rng.standard_normal((50, 3)), [0.1, 0.5, 2.0]
    chosen = parzen_sigma(validation, samples, sigmas)
    found = {sigma: parzen_log_likelihood(validation, samples, sigma).mean() for sigma in sigmas}
    assert chosen == max(sigmas, key=lambda sigma: found[sigma]) == 0.5


def test_copies_of_the_samples_change_nothing():
    rng = np.random.default_rng(3)
    x, samples = rng.standard_normal((5, 3)), rng.standard_normal((7, 3))
    twice = parzen_log_likelihood(x, np.concatenate([samples, samples]), 0.4)
    np.testing.assert_allclose(twice, parzen_log_likelihood(x, samples, 0.4), rtol=1e-12)


@pytest.mark.parametrize(
    ("x", "samples", "sigmas", "argument"),
    [
        (np.ones((2, 3)), np.ones((2, 4)), [1.0], "samples"),
        (np.ones((2, 3)), np.full((2, 3), np.nan), [1.0], "samples"),
        (np.ones((2, 3)), np.ones((0, 3)), [1.0], "samples"),
        (np.ones((2, 3)), np.ones((2, 3)), [1.0, 0.0], "sigma"),
        (np.ones((2, 3)), np.ones((2, 3)), [np.nan], "sigma"),
        (np.ones((2, 3)), np.ones((2, 3)), [], "sigmas"),
    ],
)
def test_what_has_no_density_is_refused_by_name(x, samples, sigmas, argument):
    with pytest.raises(InvalidArgument) as refused:
        parzen_sigma(x, samples, sigmas)
    assert refused.value.argument == argument
