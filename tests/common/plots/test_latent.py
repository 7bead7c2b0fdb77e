from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, Rectangle

from common.errors import InvalidArgument
from common.latent_space import manifold_grid
from common.plots import cloud_and_manifold, latent_scatter, manifold
from common.plots.latent import MOST_CLASSES


@pytest.fixture
def codes():
    return np.random.default_rng(3).standard_normal((60, 2))


def points(axes):
    return [np.asarray(group.get_offsets()) for group in axes.collections]


def test_all_codes_are_drawn_with_the_first_latent_to_the_right(codes):
    (axes,) = latent_scatter(codes).axes
    (drawn,) = points(axes)
    np.testing.assert_array_equal(drawn, codes)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("z[0]", "z[1]")


def test_each_label_has_its_own_codes_and_its_name_in_the_legend(codes):
    labels = np.arange(60) % 3 * 5
    (axes,) = latent_scatter(codes, labels).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["0", "5", "10"]
    for drawn, label in zip(points(axes), (0, 5, 10), strict=True):
        np.testing.assert_array_equal(drawn, codes[labels == label])


def test_labels_may_be_words(codes):
    (axes,) = latent_scatter(codes, np.array(["heart", "square"] * 30)).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["heart", "square"]


def test_without_labels_there_is_no_legend(codes):
    assert latent_scatter(codes).axes[0].get_legend() is None


def test_no_two_labels_share_colour_and_marker():
    labels = np.arange(MOST_CLASSES)
    (axes,) = latent_scatter(np.zeros((MOST_CLASSES, 2)), labels).axes
    looks = {
        (to_hex(group.get_facecolor()[0]), len(group.get_paths()[0].vertices), group.get_paths()[0].vertices.tobytes())
        for group in axes.collections
    }
    assert len(looks) == MOST_CLASSES


def test_neighbouring_labels_differ_in_marker_too():
    (axes,) = latent_scatter(np.zeros((20, 2)), np.arange(20)).axes
    markers = [group.get_paths()[0].vertices.tobytes() for group in axes.collections]
    assert all(one != next_one for one, next_one in pairwise(markers))


def test_circles_mark_one_two_and_three_standard_deviations_of_the_prior(codes):
    (axes,) = latent_scatter(codes).axes
    circles = [patch for patch in axes.patches if isinstance(patch, Circle)]
    assert [(circle.center, circle.radius) for circle in circles] == [((0, 0), 1), ((0, 0), 2), ((0, 0), 3)]
    assert axes.get_aspect() == 1.0


def test_circles_are_in_view_even_when_all_codes_are_at_the_origin():
    (axes,) = latent_scatter(np.zeros((4, 2))).axes
    assert min(*axes.get_xlim(), *axes.get_ylim()) < -3
    assert max(*axes.get_xlim(), *axes.get_ylim()) > 3


def test_each_label_stands_at_the_median_of_its_codes(codes):
    labels = np.arange(60) % 3
    (axes,) = latent_scatter(codes, labels).axes
    places = {text.get_text(): text.get_position() for text in axes.texts if text.get_text().isdigit()}
    assert set(places) == {"0", "1", "2"}
    for label in range(3):
        np.testing.assert_allclose(places[str(label)], np.median(codes[labels == label], axis=0))


def test_many_labels_stand_in_the_legend_alone():
    (axes,) = latent_scatter(np.zeros((20, 2)), np.arange(20)).axes
    assert not [text for text in axes.texts if text.get_text().isdigit()]


@pytest.mark.parametrize("alike", [(3, 8), (1, 7), (5, 8)])
def test_labels_whose_colours_are_much_alike_differ_in_marker(alike):
    (axes,) = latent_scatter(np.zeros((10, 2)), np.arange(10)).axes
    one, other = (axes.collections[label].get_paths()[0].vertices.tobytes() for label in alike)
    assert one != other


def test_codes_far_outside_the_prior_are_in_view():
    (axes,) = latent_scatter(np.array([[0.0, 0.0], [50.0, -20.0]])).axes
    assert axes.get_xlim()[1] > 50
    assert axes.get_ylim()[0] < -20


@pytest.mark.parametrize("latents", [1, 3, 20])
def test_codes_with_other_than_two_latents_are_refused_with_two_ways_out(latents):
    with pytest.raises(InvalidArgument, match=r"PCA.*--latents 2"):
        latent_scatter(np.zeros((5, latents)))


def test_codes_that_are_not_finite_are_refused(codes):
    codes[3, 1] = np.nan
    with pytest.raises(InvalidArgument, match="codes: got 1 NaN among"):
        latent_scatter(codes)


def test_labels_of_another_number_than_codes_are_refused(codes, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match=r"labels: got shape \(59,\)"):
        latent_scatter(codes, np.zeros(59, dtype=int))


def test_more_labels_than_can_be_told_apart_are_refused(codes):
    with pytest.raises(InvalidArgument, match=f"60 different ones, expected at most {MOST_CLASSES}"):
        latent_scatter(codes, np.arange(60))


def shade_of(codes):
    """Images whose grey tells their code, so that a misplaced one is seen."""
    return (0.5 + 0.08 * codes[:, 0] + 0.02 * codes[:, 1])[:, None, None, None] * np.ones((1, 1, 5, 7))


def test_a_manifold_shows_each_image_at_its_own_code(cell):
    codes, values = manifold_grid(4)
    (axes,) = manifold(shade_of(codes), codes).axes
    for column, across in enumerate(values):
        for row, up in enumerate(values[::-1]):
            expected = shade_of(np.array([[across, up]]))[0, 0]
            np.testing.assert_allclose(cell(axes, row, column, 5, 7)[:, :, 0], expected)


def test_a_manifold_is_the_same_whatever_order_its_images_come_in():
    codes, _ = manifold_grid(4)
    shuffled = np.random.default_rng(0).permutation(codes)
    ordered_axes, shuffled_axes = (manifold(shade_of(z), z).axes[0] for z in (codes, shuffled))
    np.testing.assert_array_equal(ordered_axes.images[0].get_array(), shuffled_axes.images[0].get_array())


def test_a_manifold_may_have_more_columns_than_rows(cell):
    codes = np.array([[across, up] for up in (1.0, -1.0) for across in (-1.0, 0.0, 2.0)])
    (axes,) = manifold(shade_of(codes), codes).axes
    np.testing.assert_allclose(cell(axes, 1, 2, 5, 7)[0, 0, 0], shade_of(codes)[5, 0, 0, 0])


def test_ticks_of_a_manifold_are_the_values_of_z_rising_to_the_right_and_upwards():
    codes, _ = manifold_grid(3, coverage=0.9)
    figure = manifold(shade_of(codes), codes)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_xticklabels()] == ["-1.64", "0.00", "1.64"]
    heights = {text.get_text(): text.get_window_extent().y0 for text in axes.get_yticklabels()}
    assert heights["-1.64"] < heights["0.00"] < heights["1.64"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("z[0]", "z[1]")


def test_a_manifold_names_at_most_five_values_a_side_among_them_both_ends():
    codes, _ = manifold_grid(20)
    (axes,) = manifold(shade_of(codes).clip(0, 1), codes).axes
    for names in (axes.get_xticklabels(), axes.get_yticklabels()):
        words = [text.get_text() for text in names]
        assert len(words) == 5
        assert {"-1.64", "1.64"} <= set(words)


def test_a_margin_that_is_black_in_all_images_is_cut_off_but_for_a_pixel(cell):
    codes, _ = manifold_grid(2)
    images = np.zeros((4, 1, 9, 12))
    images[:, :, 3:6, 4:9] = shade_of(codes).max(axis=(1, 2, 3), keepdims=True)
    (axes,) = manifold(images, codes).axes
    assert axes.images[0].get_array().shape[:2] == (2 * 5, 2 * 7)
    np.testing.assert_allclose(cell(axes, 0, 1, 5, 7)[:, :, 0], images[1, 0, 2:7, 3:10])


def test_cloud_and_manifold_stand_side_by_side_and_the_square_shows_which_codes_are_decoded(codes):
    grid, values = manifold_grid(3)
    left, right = cloud_and_manifold(codes, np.arange(60) % 2, shade_of(grid), grid).axes
    assert len(left.collections) == 2
    assert right.images[0].get_array().shape[:2] == (15, 21)
    (square,) = [patch for patch in left.patches if isinstance(patch, Rectangle)]
    assert square.get_xy() == (values[0], values[0])
    assert (square.get_width(), square.get_height()) == pytest.approx((np.ptp(values), np.ptp(values)))


def test_labels_of_a_large_manifold_do_not_run_into_each_other():
    codes, _ = manifold_grid(40)
    figure = manifold(np.zeros((1600, 1, 2, 2)), codes)
    figure.draw_without_rendering()
    spans = [text.get_window_extent() for text in figure.axes[0].get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in pairwise(spans))


@pytest.mark.parametrize("spoil", [lambda z: z[[0, 1, 2, 0]], lambda z: np.array([[0.0, 0], [1, 1], [2, 0], [3, 1]])])
def test_codes_that_do_not_fill_a_grid_are_refused(spoil):
    codes = spoil(manifold_grid(2)[0])
    with pytest.raises(InvalidArgument, match="every point of a grid once"):
        manifold(np.zeros((4, 1, 5, 7)), codes)


def test_the_values_of_one_axis_alone_are_refused_as_a_grid(as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match="grid: got shape"):
        manifold(np.zeros((4, 1, 5, 7)), manifold_grid(2)[1])


def test_another_number_of_codes_than_images_is_refused(as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match="grid: got 4 codes, expected one for each of the 9 images"):
        manifold(np.zeros((9, 1, 5, 7)), manifold_grid(2)[0])
