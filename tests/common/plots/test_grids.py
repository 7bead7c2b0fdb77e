import numpy as np
import pytest

from common.errors import InvalidArgument
from common.plots import image_grid, reconstructions, samples


def test_a_grid_shows_each_grey_image_in_its_own_cell_row_by_row(random_images, cell):
    images = random_images(7, 1, 5, 11)
    (axes,) = image_grid(images, columns=3).axes
    for index, image in enumerate(images):
        drawn = cell(axes, *divmod(index, 3), 5, 11)
        np.testing.assert_allclose(drawn, np.repeat(image[0, :, :, None], 3, axis=2))


def test_a_grid_shows_the_channels_of_colour_images_as_red_green_and_blue(random_images, cell):
    images = random_images(4, 3, 5, 11)
    (axes,) = image_grid(images, columns=2).axes
    drawn = cell(axes, 1, 0, 5, 11)
    for channel in range(3):
        np.testing.assert_allclose(drawn[:, :, channel], images[2, channel])


def test_unsigned_bytes_are_drawn_as_their_255th_part(cell):
    images = np.arange(2 * 5 * 7, dtype=np.uint8).reshape(2, 1, 5, 7)
    (axes,) = image_grid(images, columns=2).axes
    np.testing.assert_allclose(cell(axes, 0, 1, 5, 7)[:, :, 0], images[1, 0] / 255)


def test_dim_images_are_not_stretched_to_full_contrast(cell):
    (axes,) = image_grid(np.full((1, 1, 5, 7), 0.25), columns=1).axes
    np.testing.assert_array_equal(cell(axes, 0, 0, 5, 7), 0.25)


def test_cells_without_an_image_are_white(random_images, cell):
    (axes,) = image_grid(random_images(4, 1, 5, 7), columns=3).axes
    np.testing.assert_array_equal(cell(axes, 1, 2, 5, 7), 1.0)


def test_fewer_images_than_columns_leave_no_empty_cells(random_images):
    (axes,) = image_grid(random_images(2, 1, 5, 7), columns=10).axes
    assert axes.get_xlim() == (-0.5, 1.5)


def test_pixels_of_images_that_are_not_square_stay_square_on_paper(random_images):
    figure = image_grid(random_images(6, 1, 5, 11), columns=3)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    paper, picture = axes.get_window_extent(), axes.images[0].get_array()
    assert paper.width / paper.height == pytest.approx(picture.shape[1] / picture.shape[0], rel=0.01)


def test_a_grid_carries_its_title(random_images):
    assert image_grid(random_images(2, 1, 5, 7), columns=2, title="Digits").axes[0].get_title() == "Digits"


def test_the_images_given_are_not_changed(random_images):
    images = random_images(3, 1, 5, 7)
    before = images.copy()
    image_grid(images, columns=2)
    np.testing.assert_array_equal(images, before)


def test_a_single_image_is_not_blown_up_to_a_page(random_images):
    assert max(samples(random_images(1, 1, 28, 28)).get_size_inches()) <= 1


def test_a_hundred_columns_still_fit_on_a_page(random_images):
    width, _ = image_grid(random_images(200, 1, 5, 7), columns=100).get_size_inches()
    assert width < 11


@pytest.mark.parametrize(("number", "columns"), [(1, 1), (9, 3), (10, 4)])
def test_samples_lie_in_a_grid_close_to_a_square(random_images, number, columns):
    (axes,) = samples(random_images(number, 1, 5, 7)).axes
    assert axes.get_xlim() == (-0.5, columns - 0.5)
    assert "N(0, I)" in axes.get_title()


def test_each_reconstruction_stands_below_its_original(random_images, cell):
    images = random_images(13, 1, 5, 7)
    reconstructed = images / 2
    figure = reconstructions(images, reconstructed)
    assert len(figure.axes) == 2
    for index in range(13):
        block, column = divmod(index, 10)
        axes = figure.axes[block]
        np.testing.assert_allclose(cell(axes, 0, column, 5, 7)[:, :, 0], images[index, 0])
        np.testing.assert_allclose(cell(axes, 1, column, 5, 7)[:, :, 0], reconstructed[index, 0])


def test_rows_of_originals_and_reconstructions_are_labelled_in_this_order(random_images):
    images = random_images(13, 1, 5, 7)
    for axes in reconstructions(images, images).axes:
        labels = dict(zip(axes.get_yticks(), [text.get_text() for text in axes.get_yticklabels()], strict=True))
        assert labels == {0: "original", 1: "reconstruction"}


def test_pixels_drawn_stand_between_an_original_and_its_reconstruction(random_images, cell):
    images = random_images(13, 1, 5, 7)
    rows = images, images / 2, images / 3
    first, second = reconstructions(rows[0], rows[2], drawn=rows[1], title="Three of each").axes
    for row, shown in enumerate(rows):
        np.testing.assert_allclose(cell(first, row, 9, 5, 7)[:, :, 0], shown[9, 0])
        np.testing.assert_allclose(cell(second, row, 2, 5, 7)[:, :, 0], shown[12, 0])
    names = [text.get_text() for text in second.get_yticklabels()]
    assert names == ["original", "pixels drawn\n(binarised)", "reconstruction"]
    assert first.get_title() == "Three of each"


def test_pixels_drawn_of_another_shape_are_refused(random_images, as_a_reader_runs_it):
    images = random_images(4, 1, 5, 7)
    with pytest.raises(InvalidArgument, match=r"drawn: got shape \(3, 1, 5, 7\)"):
        reconstructions(images, images, drawn=images[:3])


def test_double_rows_that_are_not_full_keep_the_size_of_full_ones(random_images):
    images = random_images(13, 1, 5, 7)
    first, second = reconstructions(images, images).axes
    assert first.get_xlim() == second.get_xlim()


def test_reconstructions_of_another_shape_are_refused(random_images, as_a_reader_runs_it):
    with pytest.raises(InvalidArgument, match=r"reconstructed: got shape \(3, 1, 5, 7\).*\(4, 1, 5, 7\)"):
        reconstructions(random_images(4, 1, 5, 7), random_images(3, 1, 5, 7))


def test_a_grid_without_columns_is_refused(random_images):
    with pytest.raises(InvalidArgument, match="columns: got 0"):
        image_grid(random_images(4, 1, 5, 7), columns=0)
