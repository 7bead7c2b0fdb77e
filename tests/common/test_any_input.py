"""Whatever comes in: a metric gives the number that float64 gives, or says by name what is wrong with the array."""

import numpy as np
import pytest

from common import latent_space, metrics
from common.errors import InvalidArgument

N, LATENTS = 60, 3
RNG = np.random.default_rng(0)
FACTORS = RNG.integers(0, 3, (N, 2))
CODES = np.round(np.c_[FACTORS, np.zeros(N)] + RNG.standard_normal((N, LATENTS)), 1)
GROUPED = np.round(RNG.standard_normal((N, 4, 2, LATENTS)), 1)
FIXED = FACTORS[:, 0]

FUNCTIONS = {
    "active units": (metrics.active_units, CODES),
    "activity": (metrics.latent_activity, CODES),
    "anomaly score": (lambda kl: metrics.anomaly_score(np.ones(N), kl), CODES),
    "threshold": (lambda scores: metrics.anomaly_threshold(scores, 0.1), CODES[:, 0]),
    "detection": (lambda scores: metrics.detection_rate(scores, CODES[:, 1], 0.1), CODES[:, 0]),
    "detected": (lambda scores: metrics.detection_rate(CODES[:, 1], scores, 0.1), CODES[:, 0]),
    "ROC, normal": (lambda scores: metrics.area_under_roc(scores, CODES[:, 1]), CODES[:, 0]),
    "ROC, anomalous": (lambda scores: metrics.area_under_roc(CODES[:, 1], scores), CODES[:, 0]),
    "beta-VAE": (lambda codes: metrics.beta_vae_metric(FIXED, codes, 40), GROUPED),
    "FactorVAE": (lambda codes: metrics.factor_vae_metric(FIXED, codes, np.ones(LATENTS), 40), GROUPED[:, :, 0]),
    "MIG": (lambda codes: metrics.mutual_information_gap(FACTORS, codes), CODES),
    "SAP": (lambda codes: metrics.separated_attribute_predictability(FACTORS, codes, 40), CODES),
    "DCI": (lambda codes: metrics.dci(FACTORS, codes, 40), CODES),
    "disentanglement": (metrics.disentanglement, np.abs(CODES)),
    "direction": (lambda codes: latent_space.attribute_direction(codes, FIXED == 1), CODES),
    "components": (latent_space.principal_components, CODES),
}
all_functions = pytest.mark.parametrize("name", FUNCTIONS)


@all_functions
def test_a_number_that_is_not_finite_is_refused_with_how_many_there_are(name):
    function, values = FUNCTIONS[name]
    for bad, words in ((np.nan, "2 NaN among"), (np.inf, "2 infinite among")):
        broken = values.copy()
        broken.flat[[0, -1]] = bad
        with pytest.raises(InvalidArgument, match=f"got {words} {values.size}"):
            function(broken)


@all_functions
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_a_result_is_that_of_the_same_numbers_in_float64(name, dtype):
    function, values = FUNCTIONS[name]
    narrow = values.astype(dtype)
    assert np.array_equal(function(narrow), function(narrow.astype(np.float64)))
    assert np.allclose(function(np.asfortranarray(narrow)), function(narrow), rtol=1e-12)


@all_functions
def test_no_rows_or_no_axes_are_refused_by_name(name, as_a_reader_runs_it):
    function, values = FUNCTIONS[name]
    for wrong in (values[:0], values[None]):
        with pytest.raises(InvalidArgument):
            function(wrong)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 5_000, 300_000])
def test_a_bound_adds_in_float64_whatever_comes_in(dtype, k):
    assert metrics.importance_weighted_bound(np.full((k, 2), -100, dtype)) == pytest.approx(-100, abs=1e-9)


def test_a_variance_of_many_images_far_from_zero_is_that_of_float64():
    mu = (1000 + np.random.default_rng(1).standard_normal((200_000, 1))).astype(np.float32)
    assert metrics.latent_activity(mu) == pytest.approx(mu.astype(np.float64).var(axis=0), rel=1e-12)


@pytest.mark.parametrize(
    "measure",
    [
        metrics.mutual_information_gap,
        lambda factors, codes: metrics.separated_attribute_predictability(factors, codes, 40),
        lambda factors, codes: metrics.dci(factors, codes, 40),
    ],
)
@pytest.mark.parametrize(
    ("factors", "said"),
    [
        (FIXED, r"factors: got shape \(60,\).*factors\[:, None\]"),
        (FACTORS[:50], "factors: got 50 rows, expected 60, one for each row of codes"),
        (FACTORS / 2, r"factors: got dtype float64.*astype\(np.int64\)"),
    ],
)
def test_factors_that_do_not_fit_the_codes_are_refused_with_the_reason(measure, factors, said, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match=said):
        measure(factors, CODES)


def test_a_latent_whose_values_no_bins_fit_between_counts_as_constant():
    close = np.c_[FACTORS[:, 0], np.where(FACTORS[:, 1], 0.1, np.nextafter(0.1, 1))].astype(float)
    constant = np.c_[FACTORS[:, 0], np.zeros(N)]
    assert metrics.mutual_information_gap(FACTORS, close) == metrics.mutual_information_gap(FACTORS, constant)


def test_one_factor_among_the_groups_to_learn_from_is_refused():
    with pytest.raises(InvalidArgument, match="fixed: got factor 1 alone in the first 40 groups"):
        metrics.beta_vae_metric(np.repeat([1, 0], [45, 15]), GROUPED, 40)


def test_factors_are_never_counted_from_the_end():
    with pytest.raises(InvalidArgument, match="fixed: got -1"):
        metrics.factor_vae_metric(FIXED - 1, GROUPED[:, :, 0], np.ones(LATENTS), 40)


def test_zeros_and_ones_are_truth_values_and_other_numbers_are_not(as_a_reader_runs_it):
    z = np.array([[0.0, 0], [5, 0], [0, 0], [5, 0]])
    assert latent_space.attribute_direction(z, np.array([0, 1, 0, 1])).tolist() == [5, 0]
    for labels in (np.array([0, 1, 2, 1]), np.array([0, -1, 0, -1]), np.array([0.0, np.nan, 0, 1])):
        with pytest.raises(InvalidArgument, match="has_attribute: got numbers other than 0 and 1"):
            latent_space.attribute_direction(z, labels)


def test_a_traversal_of_a_whole_number_takes_values_between_whole_numbers(as_a_reader_runs_it):
    assert latent_space.traversal(np.array([3, 4]), np.array([0.5]), [0]).tolist() == [[[0.5, 4.0]]]


def test_a_walk_between_whole_numbers_is_refused_and_not_rounded(as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match="a: got dtype int64, expected codes of a floating type"):
        latent_space.spherical_interpolation(np.array([1, 0]), np.array([0, 1]), np.array([0.5]))
