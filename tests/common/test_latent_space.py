import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr
from sklearn.decomposition import PCA

from common.errors import InvalidArgument
from common.latent_space import (
    attribute_direction,
    linear_interpolation,
    manifold_grid,
    principal_components,
    shift,
    spherical_interpolation,
    traversal,
)

interpolations = pytest.mark.parametrize("interpolate", [linear_interpolation, spherical_interpolation])


@pytest.fixture
def pair():
    return np.random.default_rng(2).standard_normal((2, 7))


def test_a_grid_lies_at_equal_steps_of_probability_within_the_coverage():
    _, values = manifold_grid(5, coverage=0.8)
    np.testing.assert_allclose(ndtr(values), [0.1, 0.3, 0.5, 0.7, 0.9])


def test_a_grid_is_symmetric_about_the_origin():
    _, values = manifold_grid(6)
    np.testing.assert_allclose(values, -values[::-1], atol=1e-15)


def test_the_codes_of_a_grid_run_to_the_right_and_then_down():
    codes, (low, middle, high) = manifold_grid(3)
    rows = [[(across, up) for across in (low, middle, high)] for up in (high, middle, low)]
    np.testing.assert_array_equal(codes, np.reshape(rows, (9, 2)))


@pytest.mark.parametrize("side", [1, 0, -3])
def test_a_grid_without_two_values_on_a_side_is_refused(side):
    with pytest.raises(InvalidArgument, match=f"side: got {side}"):
        manifold_grid(side)


@pytest.mark.parametrize("coverage", [0.0, 1.0, -0.5, float("nan")])
def test_a_coverage_outside_the_open_unit_interval_is_refused(coverage):
    with pytest.raises(InvalidArgument, match="coverage: got"):
        manifold_grid(3, coverage=coverage)


@interpolations
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_walks_begin_and_end_exactly_on_the_codes_given(interpolate, kind, pair):
    a, b = pair.astype(kind)
    walk = interpolate(a, b, np.linspace(0, 1, 5).astype(kind))
    assert walk.dtype == kind
    np.testing.assert_array_equal(walk[[0, -1]], [a, b])


@interpolations
def test_several_pairs_walk_as_each_would_alone(interpolate):
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, 3, 4, 7))
    weights = np.linspace(0, 1, 5)
    walks = interpolate(a, b, weights)
    assert walks.shape == (3, 4, 5, 7)
    np.testing.assert_allclose(walks[2, 1], interpolate(a[2, 1], b[2, 1], weights))


def test_a_linear_walk_is_straight(pair):
    a, b = pair
    np.testing.assert_allclose(linear_interpolation(a, b, np.array([0.25, 0.5])), [0.75 * a + 0.25 * b, (a + b) / 2])


def test_a_spherical_walk_between_codes_at_right_angles_turns_at_constant_speed():
    walk = spherical_interpolation(np.array([2.0, 0.0]), np.array([0.0, 2.0]), np.array([1 / 3, 0.5, 2 / 3]))
    angles = np.deg2rad([30, 45, 60])
    np.testing.assert_allclose(walk, 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1))


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_a_spherical_walk_between_codes_of_one_length_keeps_that_length(seed, weight):
    a, b = np.random.default_rng(seed).standard_normal((2, 7))
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    (code,) = spherical_interpolation(a, b, np.array([weight]))
    np.testing.assert_allclose(np.linalg.norm(code), np.linalg.norm(a), rtol=1e-9)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1.0, 2.0, -3.0], [2.0, 4.0, -6.0]),
        ([1.0, 2.0, -3.0], [-1.0, -2.0, 3.0]),
        ([1.0, 2.0, -3.0], [1.0, 2.0, -3.0]),
        ([0.0, 0.0, 0.0], [1.0, 2.0, -3.0]),
        ([1.0, 2.0, -3.0], [0.0, 0.0, 0.0]),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
    ],
    ids=["parallel", "opposite", "equal", "from zero", "to zero", "both zero"],
)
def test_codes_that_span_no_plane_are_joined_by_a_straight_line(a, b):
    weights = np.linspace(0, 1, 5)
    walk = spherical_interpolation(np.array(a), np.array(b), weights)
    np.testing.assert_allclose(walk, linear_interpolation(np.array(a), np.array(b), weights), atol=1e-15)


def test_only_the_pair_that_spans_no_plane_walks_straight():
    a, b = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[-1.0, 0.0], [0.0, 1.0]])
    middle = spherical_interpolation(a, b, np.array([0.5]))[:, 0]
    np.testing.assert_allclose(middle, [[0, 0], [np.sqrt(0.5), np.sqrt(0.5)]], atol=1e-15)


@pytest.mark.parametrize("tilt", [1e-3, 1e-5, 1e-7, 1e-9, 1e-12])
def test_a_spherical_walk_is_accurate_between_nearly_parallel_codes(tilt):
    b = np.array([np.cos(tilt), np.sin(tilt)])
    (middle,) = spherical_interpolation(np.array([1.0, 0.0]), b, np.array([0.5]))
    np.testing.assert_allclose(middle, [np.cos(tilt / 2), np.sin(tilt / 2)], rtol=1e-9)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_a_spherical_walk_neither_overflows_nor_vanishes(size):
    walk = spherical_interpolation(np.array([size, 0.0]), np.array([0.0, size]), np.array([0.5]))
    np.testing.assert_allclose(walk / size, [[np.sqrt(0.5), np.sqrt(0.5)]])


@interpolations
def test_end_points_of_different_shapes_are_refused(interpolate, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match=r"b: got shape \(3,\), expected the shape of a, \(1,\)"):
        interpolate(np.zeros(1), np.zeros(3), np.linspace(0, 1, 2))


@interpolations
@pytest.mark.parametrize("weights", [np.zeros((2, 2)), np.zeros(0), np.array([0.0, np.nan])])
def test_weights_that_are_no_vector_of_finite_numbers_are_refused(interpolate, weights, pair, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match="weights: got"):
        interpolate(*pair, weights)


@interpolations
def test_codes_that_are_not_finite_are_refused(interpolate, pair):
    a, b = pair
    b[3] = np.inf
    with pytest.raises(InvalidArgument, match="b: got 1 infinite among"):
        interpolate(a, b, np.linspace(0, 1, 2))


@interpolations
def test_codes_without_a_latent_are_refused(interpolate):
    with pytest.raises(InvalidArgument, match="at least one latent"):
        interpolate(np.zeros((2, 0)), np.zeros((2, 0)), np.linspace(0, 1, 2))


def test_a_traversal_moves_one_latent_in_each_row_and_leaves_the_others():
    codes = traversal(np.array([0.1, 0.2, 0.3]), np.array([-2.0, 2.0]), [2, 0])
    expected = [[[0.1, 0.2, -2.0], [0.1, 0.2, 2.0]], [[-2.0, 0.2, 0.3], [2.0, 0.2, 0.3]]]
    np.testing.assert_array_equal(codes, expected)


def test_a_traversal_leaves_its_center_as_it_was():
    center = np.zeros(3)
    traversal(center, np.array([1.0]), [0])
    np.testing.assert_array_equal(center, 0)


@pytest.mark.parametrize("dimension", [-1, 3])
def test_a_traversal_of_a_latent_that_does_not_exist_is_refused(dimension):
    with pytest.raises(InvalidArgument, match=f"dimensions: got {dimension}, expected indices from 0 to 2"):
        traversal(np.zeros(3), np.array([1.0]), [dimension])


@pytest.mark.parametrize(("center", "values"), [(np.zeros((2, 3)), np.zeros(2)), (np.zeros(3), np.zeros((2, 1)))])
def test_a_traversal_of_anything_but_vectors_is_refused(center, values, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match="a vector"):
        traversal(center, values, [0])


def test_principal_components_are_those_of_scikit_learn():
    codes = np.random.default_rng(3).standard_normal((23, 5)) @ np.random.default_rng(4).standard_normal((5, 5)) + 2
    np.testing.assert_allclose(principal_components(codes), PCA(2).fit_transform(codes), rtol=1e-9, atol=1e-12)


def test_the_first_component_varies_most_and_the_second_most_of_the_rest():
    codes = np.random.default_rng(5).standard_normal((101, 7)) * [0.1, 3.0, 0.2, 1.5, 0.3, 0.1, 0.5]
    projected = principal_components(codes)
    variances = np.sort(np.linalg.eigvalsh(np.cov(codes.T)))[::-1]
    np.testing.assert_allclose(np.cov(projected.T), np.diag(variances[:2]), atol=1e-12)


@pytest.mark.parametrize("swap", [1.0, -1.0])
def test_the_largest_entry_of_an_axis_of_projection_is_positive(swap):
    codes = swap * np.array([[3.0, -1.0, 0.0], [-3.0, 1.0, 0.0], [0.0, 0.0, -2.0], [0.0, 0.0, 2.0]])
    expected = swap * np.array([[10**0.5, 0.0], [-(10**0.5), 0.0], [0.0, -2.0], [0.0, 2.0]])
    np.testing.assert_allclose(principal_components(codes), expected, atol=1e-14)


@pytest.mark.parametrize("codes", [np.zeros((1, 5)), np.zeros((5, 1)), np.zeros(5)])
def test_codes_that_span_no_plane_are_not_projected(codes, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match=r"codes: got shape .* at least two codes"):
        principal_components(codes)


def test_codes_that_are_not_finite_are_not_projected():
    with pytest.raises(InvalidArgument, match="codes: got 1 NaN among 4"):
        principal_components(np.array([[0.0, np.nan], [1.0, 2.0]]))


def test_the_direction_of_an_attribute_leads_from_the_mean_without_to_the_mean_with_it():
    codes = np.array([[1.0, 2.0], [5.0, 0.0], [3.0, 4.0], [8.0, 3.0], [8.0, 6.0]])
    direction = attribute_direction(codes, np.array([True, False, True, False, False]))
    np.testing.assert_allclose(direction, [2.0 - 7.0, 3.0 - 3.0])


@pytest.mark.parametrize("everywhere", [True, False])
def test_an_attribute_that_all_codes_have_or_none_gives_no_direction(everywhere):
    with pytest.raises(InvalidArgument, match="has_attribute: got the attribute for all codes or for none"):
        attribute_direction(np.zeros((3, 2)), np.full(3, everywhere))


def test_every_code_moves_by_every_strength():
    codes, direction = np.random.default_rng(6).standard_normal((7, 3)), np.array([1.0, -2.0, 0.5])
    moved = shift(codes, direction, np.array([0.0, 1.0, -0.5, 3.0, 2.0]))
    assert moved.shape == (7, 5, 3)
    np.testing.assert_array_equal(moved[:, 0], codes)
    np.testing.assert_allclose(moved[4, 2], codes[4] - direction / 2)


def test_adding_its_direction_gives_codes_without_an_attribute_the_mean_of_those_with_it():
    codes, has = np.random.default_rng(7).standard_normal((11, 3)), np.arange(11) % 3 == 0
    moved = shift(codes[~has], attribute_direction(codes, has), np.ones(1))[:, 0]
    np.testing.assert_allclose(moved.mean(axis=0), codes[has].mean(axis=0))
