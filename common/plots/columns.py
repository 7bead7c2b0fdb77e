"""Rows of images with a name over each column."""

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style


def named_columns(images: Float[np.ndarray, "rows columns c h w"], names: list[str], title: str = "") -> Figure:
    """Draw the images, with their names above and a title below."""
    pixels = colour_images("images", images, axes=5)
    rows, columns, height, width, _ = pixels.shape
    cell_height, cell_width = cell_size(rows, columns, height, width)
    with style():
        figure = blank(columns * cell_width, rows * cell_height + (0.6 if title else 0.3))
        axes = figure.subplots()
        draw_cells(axes, pixels.reshape(-1, height, width, 3), columns, margin_of(pixels))
        axes.xaxis.tick_top()
        name_cells(axes, "x", names, cell_width)
        axes.set_xlabel(title)
    return figure
