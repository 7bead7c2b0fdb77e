"""The metrics on codes whose worth is known, and what they must not notice."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from common.errors import InvalidArgument
from common.metrics import (
    DCI,
    batches_with_a_fixed_factor,
    beta_vae_metric,
    completeness,
    dci,
    disentanglement,
    factor_vae_metric,
    mutual_information_gap,
    pairs_with_a_fixed_factor,
    separated_attribute_predictability,
)

SIZES = (1, 3, 4, 6)
Encoder = Callable[[np.ndarray], np.ndarray]


def centred(factors: np.ndarray) -> np.ndarray:
    """The three factors that change, each with mean 0 and variance 1."""
    sizes = np.array(SIZES[1:])
    return (factors[..., 1:] - (sizes - 1) / 2) / np.sqrt((sizes**2 - 1) / 12)


def with_noise(codes: np.ndarray, latents: int, scale: float = 0.01) -> np.ndarray:
    """The codes, nearly, and beside them latents that know nothing, up to this many in all."""
    rng = np.random.default_rng(5)
    rest = rng.standard_normal((*codes.shape[:-1], latents - codes.shape[-1]))
    return np.concatenate([codes + scale * rng.standard_normal(codes.shape), rest], axis=-1)


def perfect(factors: np.ndarray) -> np.ndarray:
    return with_noise(centred(factors), 5)


def rotated(factors: np.ndarray) -> np.ndarray:
    """Each latent holds the same share of all three factors: a turn about the diagonal of the cube, by 60 degrees."""
    turn = np.array([[2, -1, 2], [2, 2, -1], [-1, 2, 2]]) / 3
    return with_noise(centred(factors) @ turn.T, 5)


def duplicated(factors: np.ndarray) -> np.ndarray:
    codes = centred(factors)
    return with_noise(np.concatenate([codes, codes], axis=-1), 7)


def entangled(factors: np.ndarray) -> np.ndarray:
    """One latent that is the number of the image on the grid, and knows all."""
    number = np.ravel_multi_index(tuple(np.moveaxis(factors, -1, 0)), SIZES)
    return with_noise(number[..., None] / 20.0, 4)


def noise(factors: np.ndarray) -> np.ndarray:
    return with_noise(np.zeros((*factors.shape[:-1], 0)), 4)


def beta_vae(encode: Encoder) -> float:
    fixed, factors = pairs_with_a_fixed_factor(SIZES, 900, 16, np.random.default_rng(6))
    return beta_vae_metric(fixed, encode(factors), 600)


def factor_vae(encode: Encoder) -> float:
    fixed, factors = batches_with_a_fixed_factor(SIZES, 900, 16, np.random.default_rng(7))
    codes = encode(factors)
    return factor_vae_metric(fixed, codes, codes.reshape(-1, codes.shape[-1]).var(axis=0, ddof=1), 600)


def images(n: int = 1500) -> np.ndarray:
    return np.random.default_rng(8).integers(0, SIZES, (n, 4))


def sap(encode: Encoder) -> float:
    return separated_attribute_predictability(images(), encode(images()), 1000)


@cache
def dci_of(encode: Encoder) -> DCI:
    """All three scores, whose forest grows once for each code."""
    return dci(images(), encode(images()), 1000)


def modularity(encode: Encoder) -> float:
    return dci_of(encode).disentanglement


def compactness(encode: Encoder) -> float:
    return dci_of(encode).completeness


def accuracy(encode: Encoder) -> float:
    return dci_of(encode).informativeness


THIRD = pytest.approx(1 / 3, abs=0.09)
"""Chance, where one of three factors is fixed and 300 groups are measured: three standard deviations or more."""


def test_a_perfect_code_has_the_best_score():
    assert beta_vae(perfect) > 0.99
    assert factor_vae(perfect) == 1.0
    assert modularity(perfect) > 0.97
    assert compactness(perfect) > 0.97
    assert accuracy(perfect) == 1.0


def test_sap_of_a_perfect_code_is_what_a_line_through_one_latent_can_tell_above_chance():
    # Of 3 values two can be cut off, of 4 and 6 two as well at worst: far below 1, far above any other code.
    assert 0.2 < sap(perfect) < 0.7
    assert sap(perfect) > 5 * max(sap(code) for code in (rotated, duplicated, noise))


def test_noise_is_at_chance():
    assert beta_vae(noise) == THIRD
    assert factor_vae(noise) == THIRD
    assert modularity(noise) < 0.05
    assert compactness(noise) < 0.05
    assert accuracy(noise) == pytest.approx(np.mean([1 / 3, 1 / 4, 1 / 6]), abs=0.05)
    assert sap(noise) < 0.06


def test_a_rotation_lowers_every_score_but_informativeness():
    assert 0.6 < beta_vae(rotated) < 0.9
    assert factor_vae(rotated) < 0.8
    assert modularity(rotated) < 0.5
    assert compactness(rotated) < 0.5
    assert accuracy(rotated) > 0.9


def test_a_second_copy_of_every_latent_costs_completeness_and_sap_alone():
    assert beta_vae(duplicated) > 0.99
    assert factor_vae(duplicated) == 1.0
    assert modularity(duplicated) > 0.97
    assert accuracy(duplicated) == 1.0
    assert compactness(duplicated) < compactness(perfect) - 0.2
    assert sap(duplicated) < 0.02
    assert mutual_information_gap(images(), duplicated(images())) < 0.02


def test_one_latent_that_knows_all_is_complete_and_informative_but_not_disentangled():
    # Its vote is for the coarsest of three factors; otherwise noise votes, and is right for one of the other two.
    assert factor_vae(entangled) == pytest.approx(2 / 3, abs=0.09)
    assert modularity(entangled) < 0.2
    assert compactness(entangled) > 0.9
    assert accuracy(entangled) > 0.95


METRICS = [beta_vae, factor_vae, sap, modularity, compactness, accuracy]


def blurred(factors: np.ndarray) -> np.ndarray:
    """Codes that mix the factors, with noise that no metric can overlook."""
    return with_noise(centred(factors) @ np.array([[2.0, 1, 0], [0, 2, 1], [0, 0, 1]]), 5, scale=0.3)


def moved(factors: np.ndarray) -> np.ndarray:
    return (blurred(factors) * [0.5, -4.0, 1.0, -2.0, 8.0] + [1.0, -3.0, 0.0, 7.0, 2.0])[..., [2, 4, 0, 1, 3]]


@pytest.mark.parametrize("metric", METRICS)
def test_scale_sign_shift_and_order_of_latents_do_not_matter(metric):
    # Trees of a forest may choose between equally good splits by the order of latents.
    assert metric(moved) == pytest.approx(
        metric(blurred), abs=0.02 if metric in (modularity, compactness, accuracy) else 1e-9
    )


def test_disentanglement_and_completeness_of_known_importances():
    np.testing.assert_allclose((disentanglement(np.eye(3)), completeness(np.eye(3))), 1, rtol=1e-14)
    even = np.full((4, 3), 0.25)
    np.testing.assert_allclose((disentanglement(even), completeness(even)), 0, atol=1e-14)
    twice = np.array([[0.5, 0.0], [0.5, 0.0], [0.0, 0.5], [0.0, 0.5]])
    np.testing.assert_allclose(disentanglement(twice), 1, rtol=1e-14)
    np.testing.assert_allclose(completeness(twice), 1 - np.log(2) / np.log(4), rtol=1e-14)
    # Two thirds of R are with latents of one factor, a third with one that is shared; one without any does not count.
    shared = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.0, 0.0]])
    np.testing.assert_allclose(disentanglement(shared), 2 / 3, rtol=1e-14)
    assert disentanglement(np.array([[0.3], [0.7]])) == 1.0


def test_a_latent_that_has_collapsed_has_no_vote():
    fixed, factors = batches_with_a_fixed_factor(SIZES, 900, 16, np.random.default_rng(9))
    codes = perfect(factors)
    codes[..., 3] = 1e-3 * np.random.default_rng(10).standard_normal(codes.shape[:2])
    variances = codes.reshape(-1, 5).var(axis=0, ddof=1)
    assert factor_vae_metric(fixed, codes, variances, 600) == 1.0
    assert factor_vae_metric(fixed, 1e-3 * codes, 1e-6 * variances, 600) == 0.0


def test_the_score_is_that_of_rows_that_were_not_learnt_from():
    """Codes that tell all where it is learnt, and nothing after: every score must be at chance."""
    rng = np.random.default_rng(14)
    fixed, pairs = pairs_with_a_fixed_factor(SIZES, 900, 16, rng)
    codes = perfect(pairs)
    fixed[600:] = rng.permutation(fixed[600:])
    assert beta_vae_metric(fixed, codes, 600) == THIRD
    fixed, batches = batches_with_a_fixed_factor(SIZES, 900, 16, rng)
    codes = perfect(batches)
    fixed[600:] = rng.permutation(fixed[600:])
    assert factor_vae_metric(fixed, codes, codes.reshape(-1, 5).var(axis=0, ddof=1), 600) == THIRD
    factors, codes = images(), perfect(images())
    factors[1000:] = rng.permutation(factors[1000:])
    assert separated_attribute_predictability(factors, codes, 1000) < 0.06
    assert dci(factors, codes, 1000).informativeness == pytest.approx(np.mean([1 / 3, 1 / 4, 1 / 6]), abs=0.05)


def test_z_diff_is_the_mean_of_absolute_differences():
    """Differences of one sign or both: their mean would be 0 and tell nothing, their absolute values tell all."""
    rng = np.random.default_rng(11)
    fixed = rng.integers(0, 2, 400)
    codes = np.zeros((400, 50, 2, 1))
    codes[:, :, 0, 0] = rng.choice([-1.0, 1.0], (400, 50)) * (1 + fixed[:, None])
    assert beta_vae_metric(fixed, codes, 200) == 1.0


def test_a_latent_that_never_changes_does_no_harm():
    def encode(factors: np.ndarray) -> np.ndarray:
        return np.concatenate([perfect(factors), np.full((*factors.shape[:-1], 1), 3.0)], axis=-1)

    assert beta_vae(encode) == beta_vae(perfect)
    assert factor_vae(encode) == 1.0
    assert sap(encode) == pytest.approx(sap(perfect), abs=0.03)


def test_a_factor_that_never_changes_is_left_out():
    factors, codes = images(), perfect(images())
    for metric in (separated_attribute_predictability, dci):
        assert metric(factors, codes, 1000) == metric(factors[:, 1:], codes, 1000)
        with pytest.raises(InvalidArgument, match="at least one factor"):
            metric(factors[:, :1], codes, 1000)


@pytest.mark.parametrize("training", [0, 50, 60])
def test_training_must_leave_rows_on_both_sides(training):
    fixed, factors = pairs_with_a_fixed_factor(SIZES, 50, 3, np.random.default_rng(12))
    with pytest.raises(InvalidArgument, match="from 1 to 49"):
        beta_vae_metric(fixed, perfect(factors), training)
    with pytest.raises(InvalidArgument, match="from 1 to 49"):
        factor_vae_metric(fixed, perfect(factors)[:, :, 0], np.ones(5), training)
    for metric in (separated_attribute_predictability, dci):
        with pytest.raises(InvalidArgument, match="from 1 to 49"):
            metric(images(50), perfect(images(50)), training)


def test_one_latent_and_one_image_a_group_are_refused():
    with pytest.raises(InvalidArgument, match="at least two"):
        separated_attribute_predictability(images(), perfect(images())[:, :1], 1000)
    fixed, factors = batches_with_a_fixed_factor(SIZES, 50, 1, np.random.default_rng(13))
    with pytest.raises(InvalidArgument, match="at least two"):
        factor_vae_metric(fixed, perfect(factors), np.ones(5), 25)
