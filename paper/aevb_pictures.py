"""The pictures of `paper.aevb` in this folder's README: ``python -m paper.aevb_pictures``.

The curves come from the JSON files. The samples come from the finished run in ``runs/``, and are trained for first
where there is none.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from common.plots import image_grid, save
from common.plots.style import BLUE, ORANGE, blank, style
from common.streams import Stream, normal
from paper.aevb import BUDGETS, PAPER, reproduce
from paper.results import RESULTS, Measurement, read_measurement

PANELS = {"mnist": (3, 5, 10, 20, 200), "frey_face": (2, 5, 10, 20)}
NAMES = {"mnist": "MNIST", "frey_face": "Frey Face"}
AXES = {"mnist": (-240.0, -100.0), "frey_face": (0.0, 1600.0)}
"""The vertical axes: those of fig. 2, but for MNIST from -240 on instead of -150."""


def figure_2(folder: Path = RESULTS) -> Figure:
    """Draw the bound against the number of training images, for each data set and number of latents."""
    with style():
        figure = blank(11.0, 5.2)
        panels = figure.subplots(2, 5, sharex=True, sharey="row", squeeze=False)
        for row, (data, latents) in zip(panels, PANELS.items(), strict=True):
            for axes, count in zip(row, latents, strict=False):
                path = folder / f"aevb_{data}_latents-{count}_short.json"
                if path.exists():
                    _draw(axes, read_measurement(path))
                axes.set_title(f"{NAMES[data]}, {count} latents", fontsize=10)
                axes.set(xscale="log", xlim=(1e4, 1e6), ylim=AXES[data])
                axes.grid(visible=True)
            row[0].set_ylabel("bound, nats per image")
            for axes in row[len(latents) :]:
                axes.set_axis_off()
        last = figure.axes[len(PANELS["mnist"]) + len(PANELS["frey_face"])]
        last.legend(*figure.axes[0].get_legend_handles_labels(), loc="center")
        figure.supxlabel("training images evaluated", fontsize=11)
    return figure


def mnist_samples(runs: Path) -> Figure:
    """Draw mean images for z drawn from the prior, as in fig. 5 (d)."""
    protocol = replace(PAPER["mnist"], samples=BUDGETS["short"])
    model = reproduce(protocol, runs / "aevb_mnist_latents-20_short_seed-0").model
    z = normal(protocol.seed, Stream.PICTURE, 0, (50, protocol.latents)).astype(np.float32)
    with torch.no_grad():
        images = model.p(torch.from_numpy(z)).mean
    return image_grid(images.reshape(-1, 1, 28, 28).numpy())


def _draw(axes: Axes, measurement: Measurement) -> None:
    curve = measurement.curve
    axes.plot(curve["samples"], curve["train"], color=BLUE, linestyle="--", label="AEVB, train")
    axes.plot(curve["samples"], curve["test"], color=ORANGE, label="AEVB, test")


if __name__ == "__main__":
    save(figure_2(), RESULTS / "aevb_bound.png")
    save(mnist_samples(Path("runs")), RESULTS / "aevb_mnist_samples.png")
