"""The health of a run: a panel for each number of its logs."""

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from common.errors import InvalidArgument
from common.plots.style import BLUE, PALETTE, blank, style

Series = Mapping[str, Sequence[tuple[int, float]]]
"""Step and value of every number by name; "NAME 2" is the second of several."""

UNITS = {
    "loss": "what is minimised",
    **dict.fromkeys(("elbo", "validation_elbo", "reconstruction", "quantization"), "nats per image"),
    **dict.fromkeys(("kl", "kl_per_latent", "kl_per_level"), "nats per image"),
    **dict.fromkeys(("perplexity", "dead_codes"), "codes"),
    "active_units": "latents",
    "kl_to_reconstruction": "ratio",
    "d_loss": "hinge loss",
    **dict.fromkeys(("d_real", "d_fake"), "answer"),
    **dict.fromkeys(("beta", "adaptive_weight"), "weight"),
    **dict.fromkeys(("gradient_norm", "encoder_norm"), "norm"),
}
"""What the vertical axis says; of other numbers, their name."""

COLUMNS = 3


def health_curves(logs: Mapping[str, Series], *, title: str = "") -> Figure:
    """Draw every number of several logs, in a panel of its own; a list, such as the KL of latents, as lines in one.

    Raises
    ------
    InvalidArgument
        If there is nothing to draw.
    """
    panels = [(log, name, lines) for log, series in logs.items() for name, lines in _panels(series).items()]
    if not panels:
        raise InvalidArgument("logs", "none", "at least one number to draw")
    with style():
        rows = ceil(len(panels) / COLUMNS)
        figure = blank(4.2 * COLUMNS, 2.4 * rows)
        grid = list(figure.subplots(rows, COLUMNS, squeeze=False).flat)
        for axes, (log, name, lines) in zip(grid, panels, strict=False):
            _draw(axes, name, lines)
            axes.set_title(name if len(logs) == 1 else f"{log}: {name}", loc="left")
        for axes in grid[len(panels) :]:
            axes.set_axis_off()
        figure.suptitle(title)
    return figure


def _panels(series: Series) -> dict[str, list[Sequence[tuple[int, float]]]]:
    """Return the lines of every panel: those of a list are together."""
    found: dict[str, list[Sequence[tuple[int, float]]]] = {}
    for name, points in series.items():
        found.setdefault(name.split(" ")[0], []).append(points)
    return found


def _draw(axes: Axes, name: str, lines: Sequence[Sequence[tuple[int, float]]]) -> None:
    for number, points in enumerate(lines):
        step, value = np.array(points, dtype=np.float64).T
        colour = BLUE if len(lines) == 1 else PALETTE[number % len(PALETTE)]
        axes.plot(step, value, color=colour, linewidth=1.0, marker="." if len(points) < 40 else "")
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.set_xlabel("training step")
    axes.set_ylabel(UNITS.get(name, name))
    axes.grid(visible=True, axis="y")
