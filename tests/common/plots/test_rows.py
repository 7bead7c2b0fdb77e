"""Rows of images with a name each."""

import numpy as np
import pytest

from common import plots
from common.errors import InvalidArgument

IMAGES = np.linspace(0, 1, 6 * 20).reshape(6, 1, 4, 5)


def test_rows_have_their_names_from_above_and_as_many_images_as_there_are_columns():
    axes = plots.named_rows(IMAGES, ["x", "samples", ""]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["x", "samples", ""]
    assert axes.get_xlim() == (-0.5, 1.5)
    assert axes.get_ylim() == (2.5, -0.5)


def test_more_inches_for_names_make_the_figure_wider_and_no_image_larger():
    wide, narrow = (plots.named_rows(IMAGES, ["x", "y"], beside=inches).get_size_inches() for inches in (1.5, 0.5))
    assert wide - narrow == pytest.approx([1.0, 0.0])


@pytest.mark.parametrize(("images", "names"), [(IMAGES, ["a", "b", "c", "d"]), (IMAGES, []), (IMAGES[:0], ["a"])])
def test_images_that_do_not_fill_the_rows_are_refused(images, names):
    with pytest.raises(InvalidArgument, match="images"):
        plots.named_rows(images, names)
