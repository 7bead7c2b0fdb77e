import numpy as np
import pytest


@pytest.fixture
def random_images():
    """Images that differ in every pixel; the sizes are distinct, so that no two axes can be confused."""

    def make(*shape):
        return np.random.default_rng(len(shape)).random(shape)

    return make


@pytest.fixture
def cell():
    """Cut one image out of what is drawn, addressed in the units of the axes: (row, column)."""

    def cut(axes, row, column, height, width):
        (drawn,) = axes.images
        picture = np.asarray(drawn.get_array())
        left, right, bottom, top = drawn.get_extent()
        assert (left, top) == (-0.5, -0.5)
        cell_height = picture.shape[0] / (bottom - top)
        cell_width = picture.shape[1] / (right - left)
        first_row = round((row * cell_height) + (cell_height - height) / 2)
        first_column = round((column * cell_width) + (cell_width - width) / 2)
        return picture[first_row : first_row + height, first_column : first_column + width]

    return cut
