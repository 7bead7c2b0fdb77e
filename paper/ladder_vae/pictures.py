"""The pictures of `paper.ladder_vae`: ``vae reproduce ladder_vae --pictures``.

The KL of the levels comes from the JSON files of all rows, the samples from the run itself.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from matplotlib.figure import Figure

from common.data import DATASETS
from common.plots import image_grid
from common.plots.style import PALETTE, blank, style
from common.streams import Stream
from paper.kit.draws import noise
from paper.kit.results import Measurement, Result, measurements_in

RESULTS = Path(__file__).parent / "results"
SMALLEST = 1e-4
"""Nats at which the axis of the KL ends."""


def draw(result: Result) -> dict[str, Figure]:
    """Return samples of this run, and the KL of all levels in the rows of the comparison with three levels."""
    protocol = result.protocol
    name = f"{protocol.data}_{protocol.inference}-{protocol.layers}_samples"
    return {name: samples(result), "kl_of_levels": kl_of_levels(compared(measurements_in(RESULTS)))}


@torch.no_grad()
def samples(result: Result) -> Figure:
    """Draw mean images for z drawn from the prior, level by level."""
    protocol, model = result.protocol, result.model
    mean = model.generate(noise(protocol.seed, Stream.PICTURE, 0, (50, sum(model.latents))))
    return image_grid(mean.reshape(-1, *DATASETS[protocol.data].image_shape).numpy())


def compared(measured: Sequence[Measurement]) -> list[Measurement]:
    """Return the rows of the comparison with three levels on MNIST: plain before ladder, without help before with."""
    rows = [one for one in measured if one.budget.startswith("comparison")]
    rows = [one for one in rows if one.protocol["layers"] == 3 and one.protocol["data"] == "mnist"]
    return sorted(
        rows,
        key=lambda one: (
            one.protocol["inference"] == "ladder",
            bool(one.protocol["warm_up"]),
            one.protocol["batch_norm"],
        ),
    )


def kl_of_levels(rows: Sequence[Measurement]) -> Figure:
    """Draw the KL of every level against the steps, a panel for each row."""
    with style():
        figure = blank(3.2 * max(1, len(rows)), 3.4)
        panels = figure.subplots(1, max(1, len(rows)), sharey=True, squeeze=False)[0]
        for axes, row in zip(panels, rows, strict=False):
            levels = [name for name in row.curve if name.startswith("kl ")]
            for name, colour in zip(levels, PALETTE, strict=False):
                values = [max(value, SMALLEST) for value in row.curve[name]]
                axes.plot(row.curve["step"], values, color=colour, label=f"level {name[3:]}")
            axes.set(xscale="log", yscale="log", ylim=(SMALLEST, 100), xlabel="step", title=heading(row))
            axes.grid(visible=True)
        panels[0].set(ylabel="KL, nats per image")
        if rows:
            panels[0].legend()
    return figure


def heading(row: Measurement) -> str:
    """Return the name of a row: its inference, and what it was helped by."""
    helped = [
        name for name, on in (("batch norm", row.protocol["batch_norm"]), ("warm-up", row.protocol["warm_up"])) if on
    ]
    return f"{row.protocol['inference']}\n{' + '.join(helped) or 'neither'}"
