"""Two-dimensional latent spaces: where codes lie, and what is decoded from where."""

import numpy as np
from jaxtyping import Float, Real, Shaped
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from common.errors import InvalidArgument
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images
from common.plots.style import INK, PALETTE, blank, style

MARKERS = "os^Dv"
LABELS_PER_COLUMN = 15
MOST_CLASSES = len(PALETTE) * len(MARKERS)


def latent_scatter(codes: Float[np.ndarray, "n latents"], labels: Shaped[np.ndarray, " n"] | None = None) -> Figure:
    """Draw two-dimensional codes, coloured by label, with circles at 1, 2 and 3 standard deviations.

    The circles are those of the prior, N(0, I); they hold 39 %, 86 % and 99 % of it.

    Raises
    ------
    InvalidArgument
        When the codes are not (n, 2) or not finite, or the labels do not fit them.
    """
    _check_codes(codes)
    groups = [("", codes)] if labels is None else _by_label(codes, labels)
    legend_columns = 0 if labels is None else -(-len(groups) // LABELS_PER_COLUMN)
    with style():
        figure = blank(5.8 + legend_columns, 5.6)
        axes = figure.subplots()
        for index, (name, members) in enumerate(groups):
            _draw_group(axes, members, index, name, size=float(np.clip(24000 / len(codes), 6, 40)))
        _draw_prior(axes)
        axes.set(xlabel="z[0]", ylabel="z[1]", aspect="equal")
        if labels is not None:
            _draw_legend(axes, legend_columns)
    return figure


def manifold(images: Real[np.ndarray, "n channels height width"], grid: Float[np.ndarray, "n latents"]) -> Figure:
    """Draw images decoded from a grid of codes, each at its own code: z[0] to the right, z[1] upwards.

    `grid` holds the code of each image, as made by `common.latent_space.manifold_grid`; any order will do.
    The picture of Kingma & Welling 2013, fig. 4.

    Raises
    ------
    InvalidArgument
        When the codes are not all the points of a grid, once each, or the images cannot be drawn.
    """
    _check_codes(grid, name="grid")
    pixels = colour_images("images", images)
    if len(grid) != len(pixels):
        raise InvalidArgument("grid", f"{len(grid)} codes", f"one for each of the {len(pixels)} images")
    across, column = np.unique(grid[:, 0], return_inverse=True)
    upward, height_index = np.unique(grid[:, 1], return_inverse=True)
    row = len(upward) - 1 - height_index
    place = row * len(across) + column
    if len(across) * len(upward) != len(grid) or len(np.unique(place)) != len(grid):
        remedy = "Decode the codes of manifold_grid(side), and pass those codes."
        raise InvalidArgument("grid", "codes with gaps or repeats", "every point of a grid once", remedy)
    return _draw_manifold(pixels[np.argsort(place)], across, upward[::-1])


def _draw_manifold(
    pixels: Float[np.ndarray, "n height width 3"],
    across: Float[np.ndarray, " columns"],
    downward: Float[np.ndarray, " rows"],
) -> Figure:
    cell_height, cell_width = cell_size(len(downward), len(across), *pixels.shape[1:3])
    with style():
        figure = blank(len(across) * cell_width + 0.9, len(downward) * cell_height + 0.7)
        axes = figure.subplots()
        draw_cells(axes, pixels, len(across), margin=0)
        name_cells(axes, "x", [f"{value:z.2f}" for value in across], cell_width)
        name_cells(axes, "y", [f"{value:z.2f}" for value in downward], cell_height)
        axes.set(xlabel="z[0]", ylabel="z[1]")
    return figure


def _check_codes(codes: Float[np.ndarray, "..."], name: str = "codes") -> None:
    if codes.ndim != 2 or codes.shape[1] != 2 or len(codes) == 0:
        remedy = (
            "Project larger codes onto two axes with PCA (sklearn.decomposition.PCA(2).fit_transform), "
            "or train with --latents 2."
        )
        raise InvalidArgument(name, f"shape {codes.shape}", "two-dimensional codes, shape (n, 2)", remedy)
    unusable = np.count_nonzero(~np.isfinite(codes))
    if unusable:
        raise InvalidArgument(name, f"{unusable} values that are NaN or infinite", "finite codes")


def _by_label(
    codes: Float[np.ndarray, "n 2"], labels: Shaped[np.ndarray, "..."]
) -> list[tuple[str, Float[np.ndarray, "_ 2"]]]:
    if labels.shape != (len(codes),):
        raise InvalidArgument("labels", f"shape {labels.shape}", f"one for each code, shape ({len(codes)},)")
    names = np.unique(labels)
    if len(names) > MOST_CLASSES:
        remedy = "Merge labels into fewer, or leave them out."
        raise InvalidArgument("labels", f"{len(names)} different ones", f"at most {MOST_CLASSES}", remedy)
    return [(str(name), codes[labels == name]) for name in names]


def _draw_group(axes: Axes, members: Float[np.ndarray, "n 2"], index: int, name: str, size: float) -> None:
    # Each label has a colour and a marker, for eyes that cannot part two colours. Past the tenth label the
    # colours come round again, each with its next marker.
    again, colour = divmod(index, len(PALETTE))
    marker = MARKERS[(colour + again) % len(MARKERS)]
    axes.scatter(*members.T, s=size, c=PALETTE[colour], marker=marker, alpha=0.75, linewidths=0, label=name)


def _draw_prior(axes: Axes) -> None:
    for radius in (1, 2, 3):
        axes.add_patch(Circle((0, 0), radius, fill=False, color=INK, linestyle="--", linewidth=0.9))
        axes.annotate(
            f"{radius}σ",
            (0, radius),
            ha="center",
            va="center",
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.8},
        )


def _draw_legend(axes: Axes, columns: int) -> None:
    legend = axes.legend(title="label", loc="center left", bbox_to_anchor=(1.0, 0.5), ncols=columns)
    for handle in legend.legend_handles:
        if isinstance(handle, PathCollection):
            handle.set_sizes([45])
