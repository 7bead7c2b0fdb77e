"""Walks through latent space: from one code to another, and along one latent at a time."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from common.errors import InvalidArgument
from common.finite import require_finite
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import BLUE, ORANGE, blank, style

FRAMES = {0.0: BLUE, 1.0: ORANGE}


def interpolation_strip(
    images: Real[np.ndarray, "*strips steps channels height width"],
    weights: Float[np.ndarray, " steps"],
    *,
    ends: tuple[str, str] = ("first", "second"),
    title: str = "",
) -> Figure:
    """Draw one walk, or several under each other, from a first image (weight 0) to a second (weight 1).

    End points, where the weight is exactly 0 or 1, are framed and bear the names in `ends`.

    Raises
    ------
    InvalidArgument
        When there is not one finite weight for each step, or the images cannot be drawn.
    """
    strips = images[None] if images.ndim == 4 else images
    pixels = colour_images("images", strips, axes=5)
    _check_steps("weights", weights, pixels.shape[1])
    with style():
        figure, axes, _, cell_width = _rows_of_images(pixels, left=0.0)
        names = [_end_name(weight, ends) for weight in weights]
        name_cells(axes, "x", names, cell_width)
        for column, weight in enumerate(weights):
            if weight in FRAMES:
                _mark_column(axes, column, len(pixels), FRAMES[weight])
        axes.set(xlabel="weight of the second end point", title=title)
    return figure


def traversals(
    images: Real[np.ndarray, "latents steps channels height width"],
    values: Float[np.ndarray, " steps"],
    *,
    labels: Sequence[str] | None = None,
    title: str = "",
) -> Figure:
    """Draw one row for each latent, decoded while that latent alone takes the values named below the columns.

    Rows are labelled z[0], z[1], ... unless `labels` says otherwise; `kl_labels` makes labels with KL.

    Raises
    ------
    InvalidArgument
        When values or labels do not fit the images, or the images cannot be drawn.
    """
    pixels = colour_images("images", images, axes=5)
    _check_steps("values", values, pixels.shape[1])
    names = [f"z[{index}]" for index in range(len(pixels))] if labels is None else list(labels)
    if len(names) != len(pixels):
        raise InvalidArgument("labels", f"{len(names)} labels", f"one for each of the {len(pixels)} rows")
    with style():
        figure, axes, cell_height, cell_width = _rows_of_images(pixels, left=1.3)
        name_cells(axes, "y", names, cell_height)
        name_cells(axes, "x", [f"{value:z.4g}" for value in values], cell_width)
        axes.set(xlabel="value of the latent", title=title)
    return figure


def kl_labels(dimensions: Sequence[int], kl: Float[np.ndarray, " latents"]) -> list[str]:
    """Return a row label with the latent's index and its KL in nats for each of these dimensions.

    `kl` has one value for each latent of the model, in the model's order.

    Raises
    ------
    InvalidArgument
        When a dimension is not an index of `kl`.
    """
    for dimension in dimensions:
        if not 0 <= dimension < len(kl):
            raise InvalidArgument("dimensions", dimension, f"indices from 0 to {len(kl) - 1}")
    return [f"z[{dimension}]  {kl[dimension]:.2f} nats" for dimension in dimensions]


def _rows_of_images(
    pixels: Float[np.ndarray, "rows columns height width 3"], left: float
) -> tuple[Figure, Axes, float, float]:
    """Draw rows of images on a new figure with this many inches for labels at the left."""
    rows, columns, height, width, _ = pixels.shape
    cell_height, cell_width = cell_size(rows, columns, height, width)
    figure = blank(columns * cell_width + left, rows * cell_height + 0.9)
    axes = figure.subplots()
    draw_cells(axes, pixels.reshape(-1, height, width, 3), columns, margin_of(pixels))
    return figure, axes, cell_height, cell_width


def _check_steps(name: str, values: Float[np.ndarray, "..."], steps: int) -> None:
    if values.shape != (steps,):
        raise InvalidArgument(name, f"shape {values.shape}", f"one for each column of images, shape ({steps},)")
    require_finite(name, values)


def _end_name(weight: float, ends: tuple[str, str]) -> str:
    named = {0.0: f"\n{ends[0]}", 1.0: f"\n{ends[1]}"}
    return f"{weight:z.3g}{named.get(float(weight), '')}"


def _mark_column(axes: Axes, column: int, rows: int, colour: str) -> None:
    for row in range(rows):
        frame = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, color=colour, linewidth=2.5)
        # Half of a frame at the border lies outside the axes and would be cut off.
        frame.set_clip_on(False)
        axes.add_patch(frame)
