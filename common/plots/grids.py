"""Many images side by side: data, samples, and originals with their reconstructions."""

import math

import numpy as np
from jaxtyping import Real
from matplotlib.figure import Figure

from common.errors import InvalidArgument
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style

PAIRS_PER_ROW = 10


def image_grid(images: Real[np.ndarray, "n channels height width"], *, columns: int = 10, title: str = "") -> Figure:
    """Draw images row by row, `columns` of them in a row.

    Values are in [0, 1] or uint8; one channel is grey, three are red, green and blue.

    Raises
    ------
    InvalidArgument
        When the images cannot be drawn (shape, type, range, NaN) or `columns` is below 1.
    """
    if columns < 1:
        raise InvalidArgument("columns", columns, "a whole number from 1 up")
    pixels = colour_images("images", images)
    columns = min(columns, len(pixels))
    rows = math.ceil(len(pixels) / columns)
    cell_height, cell_width = cell_size(rows, columns, *pixels.shape[1:3])
    with style():
        figure = blank(columns * cell_width, rows * cell_height)
        axes = figure.subplots()
        draw_cells(axes, pixels, columns, margin_of(pixels))
        axes.set_title(title)
    return figure


def samples(images: Real[np.ndarray, "n channels height width"]) -> Figure:
    """Draw decoded draws from the prior, z ~ N(0, I), as a grid close to a square.

    Raises
    ------
    InvalidArgument
        When the images cannot be drawn (shape, type, range, NaN).
    """
    return image_grid(images, columns=math.ceil(math.sqrt(len(images))) or 1, title="Samples, z ~ N(0, I)")


def reconstructions(
    images: Real[np.ndarray, "n channels height width"],
    reconstructed: Real[np.ndarray, "n channels height width"],
) -> Figure:
    """Draw originals and, under each, its reconstruction; after ten pairs a new double row begins.

    Raises
    ------
    InvalidArgument
        When the two differ in shape or cannot be drawn (type, range, NaN).
    """
    if images.shape != reconstructed.shape:
        given = f"shape {reconstructed.shape}"
        raise InvalidArgument("reconstructed", given, f"the shape of images, {images.shape}")
    above, below = colour_images("images", images), colour_images("reconstructed", reconstructed)
    columns = min(PAIRS_PER_ROW, len(above))
    starts = range(0, len(above), columns)
    cell_height, cell_width = cell_size(2 * len(starts), columns, *above.shape[1:3])
    with style():
        figure = blank(columns * cell_width + 1.2, 2.2 * len(starts) * cell_height)
        panels = figure.subplots(len(starts), squeeze=False)[:, 0]
        for axes, start in zip(panels, starts, strict=True):
            pair = _double_row(above[start : start + columns], below[start : start + columns], columns)
            draw_cells(axes, pair, columns, margin_of(above))
            name_cells(axes, "y", ["original", "reconstruction"], cell_height)
    return figure


def _double_row(above: np.ndarray, below: np.ndarray, columns: int) -> np.ndarray:
    """Fill both rows with white up to `columns`, so that partners stay above each other."""
    missing = ((0, columns - len(above)), (0, 0), (0, 0), (0, 0))
    return np.concatenate([np.pad(row, missing, constant_values=1.0) for row in (above, below)])
