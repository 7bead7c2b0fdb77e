"""The pictures of `paper.iwae`: ``vae reproduce iwae --objective iwae --k 5 --pictures``.

The curves come from the JSON files of all rows, the samples from the run itself.
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
TITLE = "Burda et al. 2015"


def draw(result: Result) -> dict[str, Figure]:
    """Return samples of this row, and the curves of all rows of one layer on MNIST that took equally many images."""
    protocol = result.protocol
    name = f"{protocol.data}_{protocol.objective}-{protocol.k}_samples"
    return {name: samples(result), "curves": curves(at_equal_epochs(measurements_in(RESULTS)))}


def samples(result: Result) -> Figure:
    """Draw mean images for h drawn from the prior, layer by layer."""
    protocol, model = result.protocol, result.model
    *below, top = model.sizes
    h, *draws = (
        noise(protocol.seed, Stream.PICTURE, index, (50, size)) for index, size in enumerate((top, *below[::-1]))
    )
    with torch.no_grad():
        for p, eps in zip(list(model.p)[::-1], draws, strict=True):
            given_above = p(h)
            h = given_above.loc + given_above.scale * eps
        mean = model.x(h).sigmoid()
    return image_grid(mean.reshape(-1, *DATASETS[protocol.data].image_shape).numpy())


def at_equal_epochs(measured: Sequence[Measurement]) -> list[Measurement]:
    """Return the rows whose run had the length that most objectives share."""
    rows = [one for one in measured if one.paper == TITLE and one.protocol["data"] == "mnist"]
    rows = [one for one in rows if one.protocol["layers"] == 1]
    lengths = [one.protocol["samples"] for one in rows]
    common = max(set(lengths), key=lambda length: (lengths.count(length), length), default=0)
    return sorted((one for one in rows if one.protocol["samples"] == common), key=lambda one: one.protocol["k"])


def curves(rows: Sequence[Measurement]) -> Figure:
    """Draw L_k of test images against the number of training images, a line for each row."""
    with style():
        figure = blank(6.0, 4.0)
        axes = figure.subplots()
        for row, colour in zip(rows, PALETTE, strict=False):
            label = f"{row.protocol['objective'].upper()}, k = {row.protocol['k']}"
            axes.plot(row.curve["samples"], row.curve["test"], color=colour, marker="o", markersize=3, label=label)
        axes.set(xscale="log", xlabel="training images evaluated", ylabel="L_k of test images, nats per image")
        axes.grid(visible=True)
        if rows:
            axes.legend()
    return figure
