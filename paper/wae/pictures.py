"""The pictures of `paper.wae`: ``vae reproduce wae --pictures``.

The bars come from the JSON files of all rows, beside those of Ghosh et al.; the images from the run itself.
"""

from pathlib import Path

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
from common.plots.style import BLUE, ORANGE, PALETTE, blank, style
from paper.kit.draws import grey
from paper.kit.results import Result, read_measurement
from paper.wae.experiment import Protocol, Sources, decode_all, encode_all

RESULTS = Path(__file__).parent / "results"
COLUMNS = 12
FITTED_TO = 10_000
"""Training images to whose codes the Gaussian and the mixture of a picture are fitted."""

MODELS = {"VAE": "kl", "WAE-MMD": "mmd", "WAE-GAN": "gan", "AE": "none"}
"""Penalties by the names of their models."""

SOURCES = ("N(0, I)", "fitted Gaussian", "mixture")
GHOSH = {"VAE": (19.21, 17.66), "WAE-MMD": (20.42, 9.39), "AE": (58.73, 10.66)}
"""Frechet distances of Ghosh et al. 2020, table 1, MNIST: samples from one Gaussian, and from a mixture of ten."""


def draw(result: Result) -> dict[str, Figure]:
    """Return images of this run, and the distances of all rows."""
    protocol: Protocol = result.protocol
    return {f"{protocol.data}_{protocol.penalty}": images(result), "frechet_distances": distances()}


@torch.no_grad()
def images(result: Result) -> Figure:
    """Draw test images, their reconstructions, and samples with codes from three sources."""
    protocol: Protocol = result.protocol
    (model,) = result.model
    dataset = load(protocol.data)
    x = grey(dataset.test.images[:COLUMNS])
    codes = encode_all(model, dataset.train.images[:FITTED_TO], protocol.seed, 2**31)
    rows = {"x": x.flatten(1), "decoded": decode_all(model, encode_all(model, dataset.test.images[:COLUMNS], 0, 0))}
    for name, z in Sources(codes, protocol):
        rows[name] = decode_all(model, z[:: max(1, len(z) // COLUMNS)][:COLUMNS])
    return named_rows(torch.cat(list(rows.values())).reshape(-1, 1, 28, 28).numpy(), list(rows))


def distances(folder: Path = RESULTS) -> Figure:
    """Draw Frechet distances by the source of the codes: those of Ghosh et al. on the left, ours on the right."""
    ours = {name: found for name, penalty in MODELS.items() if (found := _distances(folder, penalty))}
    with style():
        figure = blank(9.0, 3.6)
        theirs, axes = figure.subplots(1, 2, width_ratios=(1, 1.5))
        _bars(
            theirs, {name: dict(zip(("one Gaussian", "mixture"), found, strict=True)) for name, found in GHOSH.items()}
        )
        theirs.set(title="Ghosh et al. 2020, table 1")
        if ours:
            _bars(axes, ours)
        axes.set(title="Here, in other features")
    return figure


def _distances(folder: Path, penalty: str) -> dict[str, float]:
    path = folder / f"mnist_penalty-{penalty}_short.json"
    if not path.exists():
        return {}
    found = {quantity.name: quantity.ours for quantity in read_measurement(path).quantities}
    return {source: found[f"Frechet distance to test images, samples, {source}"] for source in SOURCES}


def _bars(axes: Axes, found: dict[str, dict[str, float]]) -> None:
    """Draw a group of bars for every model, one for each source of codes."""
    colours = {"N(0, I)": PALETTE[3], "one Gaussian": ORANGE, "fitted Gaussian": ORANGE, "mixture": BLUE}
    sources = list(next(iter(found.values())))
    for number, source in enumerate(sources):
        places = [place + (number - (len(sources) - 1) / 2) / (len(sources) + 1) for place in range(len(found))]
        heights = [by_source[source] for by_source in found.values()]
        bars = axes.bar(places, heights, 1 / (len(sources) + 1), color=colours[source], label=source)
        axes.bar_label(bars, [f"{height:.0f}" for height in heights], fontsize=7)
    axes.set(xticks=range(len(found)), xticklabels=list(found), yscale="log", ylim=(1, 1000), ylabel="Frechet distance")
    axes.legend(fontsize=8)
