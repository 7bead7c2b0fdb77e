"""Rows of images with a name each, as papers show what several models make."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from common.errors import InvalidArgument
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style


def named_rows(
    images: Float[np.ndarray, "n channels height width"], names: Sequence[str], *, beside: float = 1.5
) -> Figure:
    """Draw rows of equally many images, from left to right and downwards, and the name of each row at its left.

    ``beside`` are the inches that names have. A name may be empty.

    Raises
    ------
    InvalidArgument
        If the images do not fill the rows, or are no images.
    """
    if not names or not len(images) or len(images) % len(names):
        raise InvalidArgument("images", f"{len(images)} of them", f"a multiple of the {len(names)} rows")
    columns, pixels = len(images) // len(names), colour_images("images", images)
    height, width = cell_size(len(names), columns, *pixels.shape[1:3])
    with style():
        figure = blank(columns * width + beside, len(names) * height)
        axes = figure.subplots()
        draw_cells(axes, pixels, columns, margin_of(pixels))
        name_cells(axes, "y", names, height)
    return figure
