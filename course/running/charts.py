"""The numbers of a log in the terminal: a line for each, with its course from left to right."""

from collections.abc import Sequence

import numpy as np
from rich.table import Table
from rich.text import Text

from common.training.health import Series

BARS = "▁▂▃▄▅▆▇█"
WIDEST = 60
LATENTS = "kl_per_latent"


def chart(values: Sequence[float], width: int) -> str:
    """Return values from left to right as bars of eight heights, at most ``width`` of them: means where there are more.

    The lowest bar is the least value, the highest the greatest.
    """
    means = np.array([part.mean() for part in np.array_split(np.asarray(values, float), min(width, len(values)))])
    spread = np.ptp(means)
    heights = (len(BARS) - 1) * (means - means.min()) / spread if spread > 0 else np.zeros(len(means))
    return "".join(BARS[round(height)] for height in heights)


def charts(series: Series, width: int) -> Table:
    """Return a line for every number: its name, its course, and where it is now; all latents share a line."""
    lines = {name: [value for _, value in points] for name, points in series.items()}
    latents = [lines.pop(name)[-1] for name in list(lines) if name.startswith(f"{LATENTS} ")]
    if latents:
        lines[f"{LATENTS}, 1 to {len(latents)}, now"] = latents
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    room = max(8, min(WIDEST, width - max(map(len, lines), default=0) - 16))
    for name, values in lines.items():
        last = f"{values[-1]:.4g}" if name in series else f"{min(values):.2g} to {max(values):.2g}"
        table.add_row(Text(name, no_wrap=True), Text(chart(values, room), no_wrap=True), Text(last, no_wrap=True))
    return table
