"""The pictures of `paper.aevb`: ``vae reproduce aevb --latents 20 --pictures``.

The curves come from the JSON files of all rows, the samples from the run itself.
"""

from pathlib import Path

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from common.data import DATASETS
from common.plots import image_grid
from common.plots.style import BLUE, ORANGE, blank, style
from common.streams import Stream
from paper.kit.draws import noise
from paper.kit.results import Measurement, Result, read_measurement

PANELS = {"mnist": (3, 5, 10, 20, 200), "frey_face": (2, 5, 10, 20)}
RESULTS = Path(__file__).parent / "results"
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
                path = folder / f"{data}_latents-{count}_short.json"
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


def samples(result: Result) -> Figure:
    """Draw mean images for z drawn from the prior, as in fig. 5 (d)."""
    protocol = result.protocol
    z = noise(protocol.seed, Stream.PICTURE, 0, (50, protocol.latents))
    with torch.no_grad():
        mean = result.model.p(z).mean
    return image_grid(mean.reshape(-1, *DATASETS[protocol.data].image_shape).numpy())


def draw(result: Result) -> dict[str, Figure]:
    """Return the curves of all rows, and samples of this one."""
    return {"bound": figure_2(), f"{result.protocol.data}_samples": samples(result)}


def _draw(axes: Axes, measurement: Measurement) -> None:
    curve = measurement.curve
    axes.plot(curve["samples"], curve["train"], color=BLUE, linestyle="--", label="AEVB, train")
    axes.plot(curve["samples"], curve["test"], color=ORANGE, label="AEVB, test")
