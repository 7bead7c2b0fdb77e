"""Two-dimensional latent spaces: where codes lie, and what is decoded from where."""

import numpy as np
from jaxtyping import Float, Real, Shaped
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from matplotlib.patheffects import withStroke

from common.errors import InvalidArgument
from common.finite import require_finite
from common.plots.cells import cell_size, draw_cells, name_some_cells
from common.plots.pixels import colour_images, without_black_margins
from common.plots.style import INK, PALETTE, blank, style

MARKERS = "os^Dv"
LABELS_PER_COLUMN = 15
MOST_CLASSES = len(PALETTE) * len(MARKERS)
MOST_NAMES = 12
VALUES_NAMED = 5
SIDE_BY_SIDE = (8.2, 4.2)


def latent_scatter(
    codes: Float[np.ndarray, "n latents"], labels: Shaped[np.ndarray, " n"] | None = None, *, title: str = ""
) -> Figure:
    """Draw two-dimensional codes, coloured by label, with circles at 1, 2 and 3 standard deviations.

    The circles are those of the prior, N(0, I); they hold 39 %, 86 % and 99 % of it. Where there are not many labels,
    each also stands in the middle of its codes, at their median.

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
        _draw_codes(axes, groups, len(codes))
        axes.set_title(title)
        if labels is not None:
            _draw_legend(axes, legend_columns)
    return figure


def cloud_and_manifold(
    codes: Float[np.ndarray, "n latents"],
    labels: Shaped[np.ndarray, " n"],
    images: Real[np.ndarray, "m channels height width"],
    grid: Float[np.ndarray, "m latents"],
) -> Figure:
    """Draw `latent_scatter` and `manifold` of one model side by side: from images to codes, from codes to images.

    Raises
    ------
    InvalidArgument
        As the two functions do.
    """
    _check_codes(codes)
    pixels, across, downward = _on_grid(images, grid)
    with style():
        figure = blank(*SIDE_BY_SIDE)
        left, right = figure.subplots(1, 2)
        _draw_codes(left, _by_label(codes, labels), len(codes))
        _draw_grid(right, pixels, across, downward)
        low, sides = (across[0], downward[-1]), (np.ptp(across), np.ptp(downward))
        left.add_patch(Rectangle(low, *sides, fill=False, color=INK, linewidth=2.0))
        left.set_title("Images become codes", fontsize=15)
        right.set_title("Codes become images", fontsize=15)
    return figure


def manifold(
    images: Real[np.ndarray, "n channels height width"], grid: Float[np.ndarray, "n latents"], *, title: str = ""
) -> Figure:
    """Draw images decoded from a grid of codes, each at its own code: z[0] to the right, z[1] upwards.

    `grid` holds the code of each image, as made by `common.latent_space.manifold_grid`; any order will do. A margin
    that is black in all images is left out. The picture of Kingma & Welling 2013, fig. 4.

    Raises
    ------
    InvalidArgument
        When the codes are not all the points of a grid, once each, or the images cannot be drawn.
    """
    pixels, across, downward = _on_grid(images, grid)
    cell_height, cell_width = cell_size(len(downward), len(across), *pixels.shape[1:3])
    with style():
        figure = blank(len(across) * cell_width + 0.9, len(downward) * cell_height + 0.7 + 0.3 * bool(title))
        axes = figure.subplots()
        _draw_grid(axes, pixels, across, downward)
        axes.set_title(title)
    return figure


def _on_grid(
    images: Real[np.ndarray, "..."], grid: Float[np.ndarray, "..."]
) -> tuple[Float[np.ndarray, "n height width 3"], Float[np.ndarray, " columns"], Float[np.ndarray, " rows"]]:
    """Return the images row by row, from the top left on, without black margins, and the values along both axes."""
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
    return without_black_margins(pixels[np.argsort(place)]), across, upward[::-1]


def _draw_grid(
    axes: Axes,
    pixels: Float[np.ndarray, "n height width 3"],
    across: Float[np.ndarray, " columns"],
    downward: Float[np.ndarray, " rows"],
) -> None:
    draw_cells(axes, pixels, len(across), margin=0)
    name_some_cells(axes, "x", [f"{value:z.2f}" for value in across], VALUES_NAMED)
    name_some_cells(axes, "y", [f"{value:z.2f}" for value in downward], VALUES_NAMED)
    axes.set(xlabel="z[0]", ylabel="z[1]")


def _check_codes(codes: Float[np.ndarray, "..."], name: str = "codes") -> None:
    if codes.ndim != 2 or codes.shape[1] != 2 or len(codes) == 0:
        remedy = (
            "Project larger codes onto two axes with PCA (sklearn.decomposition.PCA(2).fit_transform), "
            "or train with --latents 2."
        )
        raise InvalidArgument(name, f"shape {codes.shape}", "two-dimensional codes, shape (n, 2)", remedy)
    require_finite(name, codes, "finite codes")


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


def _draw_codes(axes: Axes, groups: list[tuple[str, Float[np.ndarray, "_ 2"]]], count: int) -> None:
    for index, (name, members) in enumerate(groups):
        _draw_group(axes, members, index, name, size=float(np.clip(24000 / count, 6, 40)))
    _draw_prior(axes)
    if 1 < len(groups) <= MOST_NAMES:
        for name, members in groups:
            _draw_name(axes, members, name)
    axes.set(xlabel="z[0]", ylabel="z[1]", aspect="equal")


def _draw_name(axes: Axes, members: Float[np.ndarray, "n 2"], name: str) -> None:
    across, up = np.median(members, axis=0)
    halo = [withStroke(linewidth=4, foreground="white")]
    axes.text(across, up, name, ha="center", va="center", fontsize=17, fontweight="bold", color=INK, path_effects=halo)


def _draw_group(axes: Axes, members: Float[np.ndarray, "n 2"], index: int, name: str, size: float) -> None:
    # Each label has a colour and a marker, for eyes that cannot part two colours: colours that are much alike, as the
    # two greys, have different ones. Past the tenth label the colours come round again, each with its next marker.
    again, colour = divmod(index, len(PALETTE))
    marker = MARKERS[(colour + colour // len(MARKERS) + again) % len(MARKERS)]
    axes.scatter(*members.T, s=size, c=PALETTE[colour], marker=marker, alpha=0.75, linewidths=0, label=name)


def _draw_prior(axes: Axes) -> None:
    for radius in (1, 2, 3):
        axes.add_patch(Circle((0, 0), radius, fill=False, color=INK, linestyle="--", linewidth=0.9))
        axes.annotate(
            f"{radius}σ",
            (-radius / np.sqrt(2), -radius / np.sqrt(2)),
            ha="center",
            va="center",
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.8},
        )


def _draw_legend(axes: Axes, columns: int) -> None:
    legend = axes.legend(title="label", loc="center left", bbox_to_anchor=(1.0, 0.5), ncols=columns)
    for handle in legend.legend_handles:
        if isinstance(handle, PathCollection):
            handle.set_sizes([45])
