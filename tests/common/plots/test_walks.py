import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from common.errors import InvalidArgument
from common.plots import interpolation_strip, kl_labels, traversals
from common.plots.style import BLUE, ORANGE


def names(axis):
    return [text.get_text() for text in axis.get_ticklabels()]


def test_each_strip_is_a_row_and_each_weight_a_column(random_images, cell):
    images = random_images(2, 3, 1, 5, 7)
    (axes,) = interpolation_strip(images, np.linspace(0, 1, 3)).axes
    for row in range(2):
        for column in range(3):
            np.testing.assert_allclose(cell(axes, row, column, 5, 7)[:, :, 0], images[row, column, 0])


def test_a_single_strip_may_be_given_without_an_axis_for_strips(random_images):
    images, weights = random_images(3, 3, 5, 7), np.linspace(0, 1, 3)
    alone, among = (interpolation_strip(given, weights).axes[0] for given in (images, images[None]))
    np.testing.assert_array_equal(alone.images[0].get_array(), among.images[0].get_array())


def test_columns_of_a_strip_are_named_by_weight_and_the_ends_as_first_and_second(random_images):
    (axes,) = interpolation_strip(random_images(3, 1, 5, 7), np.array([0, 0.25, 1])).axes
    assert names(axes.xaxis) == ["0\nfirst", "0.25", "1\nsecond"]


def test_the_ends_of_a_strip_may_have_names_of_their_own(random_images):
    (axes,) = interpolation_strip(
        random_images(2, 1, 5, 7), np.array([0.0, 1.0]), ends=("a seven", "a one"), title="A walk"
    ).axes
    assert names(axes.xaxis) == ["0\na seven", "1\na one"]
    assert axes.get_title() == "A walk"


def test_end_points_of_every_strip_are_framed(random_images):
    (axes,) = interpolation_strip(random_images(2, 3, 1, 5, 7), np.array([0, 0.25, 1])).axes
    frames = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    framed = {(frame.get_x() + 0.5, frame.get_y() + 0.5, to_hex(frame.get_edgecolor())) for frame in frames}
    assert framed == {(0, 0, BLUE), (0, 1, BLUE), (2, 0, ORANGE), (2, 1, ORANGE)}


def test_a_strip_that_stops_before_its_ends_frames_nothing(random_images):
    (axes,) = interpolation_strip(random_images(3, 1, 5, 7), np.array([0.1, 0.5, 0.9])).axes
    assert not axes.patches


@pytest.mark.parametrize("weights", [np.linspace(0, 1, 4), np.zeros((3, 1))])
def test_weights_that_do_not_fit_the_steps_are_refused(random_images, weights, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match=r"weights: got shape .* shape \(3,\)"):
        interpolation_strip(random_images(3, 1, 5, 7), weights)


def test_weights_that_are_not_finite_are_refused(random_images):
    with pytest.raises(InvalidArgument, match="weights: got 1 NaN"):
        interpolation_strip(random_images(3, 1, 5, 7), np.array([0, np.nan, 1]))


@pytest.mark.parametrize("shape", [(5, 7), (1, 1, 2, 3, 5, 7)])
def test_strips_with_too_few_or_too_many_axes_are_refused(shape, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match="images: got shape"):
        interpolation_strip(np.zeros(shape), np.linspace(0, 1, 2))


def test_each_latent_is_a_row_and_each_value_a_column(random_images, cell):
    images = random_images(2, 3, 3, 5, 7)
    (axes,) = traversals(images, np.array([-1.5, 0, 1.5])).axes
    for row in range(2):
        for column in range(3):
            np.testing.assert_allclose(cell(axes, row, column, 5, 7), np.moveaxis(images[row, column], 0, -1))
    assert names(axes.xaxis) == ["-1.5", "0", "1.5"]
    assert names(axes.yaxis) == ["z[0]", "z[1]"]


def test_rows_of_traversals_carry_the_labels_given(random_images):
    labels = kl_labels([4, 1], np.array([0, 0.5, 0, 0, 2.25]))
    (axes,) = traversals(random_images(2, 3, 1, 5, 7), np.arange(3.0), labels=labels).axes
    assert names(axes.yaxis) == ["z[4]  2.25 nats", "z[1]  0.50 nats"]


def test_labels_of_another_number_than_rows_are_refused(random_images):
    with pytest.raises(InvalidArgument, match="labels: got 3 labels, expected one for each of the 2 rows"):
        traversals(random_images(2, 3, 1, 5, 7), np.arange(3.0), labels=["a", "b", "c"])


def test_values_that_do_not_fit_the_steps_are_refused(random_images, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match=r"values: got shape \(2,\)"):
        traversals(random_images(2, 3, 1, 5, 7), np.arange(2.0))


def test_traversals_without_an_axis_for_latents_are_refused(random_images, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match=r"\(rows, columns, channels, height, width\)"):
        traversals(random_images(3, 1, 5, 7), np.arange(3.0))


@pytest.mark.parametrize("dimension", [-1, 3])
def test_a_label_for_a_latent_that_does_not_exist_is_refused(dimension):
    with pytest.raises(InvalidArgument, match=f"dimensions: got {dimension}, expected indices from 0 to 2"):
        kl_labels([dimension], np.zeros(3))
