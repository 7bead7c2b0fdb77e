import json

import numpy as np
import pytest

from common.data.factors import FACTOR_SIZES
from common.metrics import pairs_with_a_fixed_factor
from paper.beta_vae import controls
from paper.beta_vae.groups import Setting, accuracies, differences


@pytest.fixture(scope="module")
def groups():
    return pairs_with_a_fixed_factor(FACTOR_SIZES, 900, 64, np.random.default_rng(4))


def metric(encode, groups) -> dict[Setting, float]:
    fixed, pairs = groups
    return accuracies(fixed, controls.z_diff(encode, pairs), 600)


def test_a_code_of_all_factors_is_told_apart_from_any_number_of_pairs(groups):
    found = metric(controls.partial(controls.ideal, names=controls.FACTOR_NAMES[1:]), groups)
    assert len(found) == 8
    assert min(found.values()) > 0.97


def test_without_shape_and_orientation_four_of_five_are_the_most_and_all_if_the_shape_is_not_asked_for(groups):
    found = metric(controls.partial(controls.ideal, names=("scale", "x", "y")), groups)
    five, four = (np.array([found[Setting(pairs, classes)] for pairs in (5, 10, 20, 64)]) for classes in (5, 4))
    np.testing.assert_allclose(five, 0.8, atol=0.05)
    assert four.min() > 0.97


def test_positions_along_diagonals_score_lower_from_every_number_of_pairs(groups):
    aligned = metric(controls.partial(controls.ideal, names=("scale", "x", "y")), groups)
    turned = metric(controls.turned, groups)
    assert all(turned[setting] < aligned[setting] - 0.1 for setting in aligned)


def test_the_first_pairs_of_a_group_are_those_of_a_smaller_group():
    codes = np.random.default_rng(0).standard_normal((3, 12, 2, 4))
    found = differences(codes)
    assert list(found) == [5, 10, 12]
    np.testing.assert_allclose(found[5], np.abs(codes[:, :5, 0] - codes[:, :5, 1]).mean(axis=1))


def test_the_tables_of_the_readme_are_those_that_were_measured():
    page = (controls.FILE.parents[2] / "README.md").read_text(encoding="utf-8")
    for table in controls.tables(json.loads(controls.FILE.read_text(encoding="utf-8"))).split("\n\n"):
        assert table in page
