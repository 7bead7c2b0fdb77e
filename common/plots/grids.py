"""Many images side by side: data, samples, and originals with their reconstructions."""

import math

import numpy as np
from jaxtyping import Float, Real
from matplotlib.figure import Figure

from common.errors import InvalidArgument
from common.plots.cells import cell_size, draw_cells, set_names
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style

PAIRS_PER_ROW = 10
ROW_NAMES = {"images": "original", "drawn": "pixels drawn\n(binarised)", "reconstructed": "reconstruction"}


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
    *,
    drawn: Real[np.ndarray, "n channels height width"] | None = None,
    title: str = "",
) -> Figure:
    """Draw originals and, under each, its reconstruction; after ten images a new band of rows begins.

    `drawn`, if given, stands between the two: the binary pixels drawn from the originals, which the encoder saw.

    Raises
    ------
    InvalidArgument
        When they differ in shape or cannot be drawn (type, range, NaN).
    """
    given = {"images": images, "drawn": drawn, "reconstructed": reconstructed}
    rows = {ROW_NAMES[name]: _like(images, name, row) for name, row in given.items() if row is not None}
    columns = min(PAIRS_PER_ROW, len(images))
    starts = range(0, len(images), columns)
    cell_height, cell_width = cell_size(len(rows) * len(starts), columns, *images.shape[2:])
    with style():
        figure = blank(columns * cell_width + 1.2, (len(rows) + 0.2) * len(starts) * cell_height + 0.3 * bool(title))
        panels = figure.subplots(len(starts), squeeze=False)[:, 0]
        for axes, start in zip(panels, starts, strict=True):
            band = np.concatenate([_filled(row[start : start + columns], columns) for row in rows.values()])
            draw_cells(axes, band, columns, margin_of(band))
            set_names(axes, "y", list(rows), range(len(rows)))
        panels[0].set_title(title)
    return figure


def _like(
    images: Real[np.ndarray, "..."], name: str, row: Real[np.ndarray, "..."]
) -> Float[np.ndarray, "n height width 3"]:
    if row.shape != images.shape:
        raise InvalidArgument(name, f"shape {row.shape}", f"the shape of images, {images.shape}")
    return colour_images(name, row)


def _filled(row: Float[np.ndarray, "_ height width 3"], columns: int) -> Float[np.ndarray, "{columns} height width 3"]:
    """Fill a row with white up to `columns`, so that what belongs together stays above each other."""
    missing = ((0, columns - len(row)), (0, 0), (0, 0), (0, 0))
    return np.pad(row, missing, constant_values=1.0)
