"""Axes whose unit is one image: cell (row, column) is centred on the point (column, row)."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from common.plots.pixels import mosaic

WIDEST = 9.0
TALLEST = 11.0
LARGEST_CELL = 0.8
# Inches that a label needs so that its neighbour stays readable.
LABEL_WIDTH = 0.44
LABEL_HEIGHT = 0.2


def cell_size(rows: int, columns: int, height: int, width: int) -> tuple[float, float]:
    """Return height and width of one cell in inches, so that the whole fits on a page."""
    unit = LARGEST_CELL / max(height, width)
    fit = min(unit, WIDEST / (columns * width), TALLEST / (rows * height))
    return fit * height, fit * width


def draw_cells(axes: Axes, images: Float[np.ndarray, "n height width 3"], columns: int, margin: int) -> None:
    """Draw images row by row into axes that have no frame and no ticks."""
    _, height, width, _ = images.shape
    rows = -(-len(images) // columns)
    edges = (-0.5, columns - 0.5, rows - 0.5, -0.5)
    aspect = (height + 2 * margin) / (width + 2 * margin)
    axes.imshow(mosaic(images, columns, margin), extent=edges, aspect=aspect)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def name_cells(axes: Axes, side: Literal["x", "y"], names: Sequence[str], inches: float) -> None:
    """Name columns ("x") or rows ("y") that are this many inches apart; where tight, every second or so."""
    needed = LABEL_WIDTH if side == "x" else LABEL_HEIGHT
    every = max(1, int(np.ceil(needed / inches)))
    set_names(axes, side, names, range(0, len(names), every))


def name_some_cells(axes: Axes, side: Literal["x", "y"], names: Sequence[str], most: int) -> None:
    """Name at most so many columns ("x") or rows ("y"), the first, the last and others evenly between them."""
    places = np.unique(np.linspace(0, len(names) - 1, min(most, len(names))).round().astype(int))
    set_names(axes, side, names, places.tolist())


def set_names(axes: Axes, side: Literal["x", "y"], names: Sequence[str], places: Sequence[int]) -> None:
    """Name the columns ("x") or rows ("y") at these places, without tick marks."""
    axis = axes.xaxis if side == "x" else axes.yaxis
    axis.set_ticks(list(places), [names[place] for place in places])
    axes.tick_params(length=0)
