"""The pictures of `paper.vq_vae`: ``vae reproduce vq_vae --pictures``.

The rate-distortion curve comes from the JSON files of all rows, the images from the run itself.
"""

from pathlib import Path

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
from common.plots.style import BLUE, ORANGE, blank, style
from paper.kit.results import Measurement, Result, read_measurement
from paper.vq_vae.experiment import Independent, Protocol, encode_all, uniform

RESULTS = Path(__file__).parent / "results"
SIZES = (2, 4, 8, 32, 128, 512)
COLUMNS = 12
PIXELS = "-log p(x given codes), test"


def draw(result: Result) -> dict[str, Figure]:
    """Return images of this run and, of binarised digits, the curve of all rows."""
    data = result.protocol.data
    found = {f"{data}_{'two_levels' if result.protocol.levels == 2 else 'codes'}": images(result)}
    return found if data == "fashion_mnist" else {**found, "rate_distortion": rate_distortion()}


def rate_distortion(folder: Path = RESULTS) -> Figure:
    """Draw what pixels and codes cost with codebooks of several sizes; the bound is the height of a bar."""
    rows = {K: row for K in SIZES if (row := _row(folder, K)) is not None}
    with style():
        figure = blank(9.0, 4.0)
        axes, bars = figure.subplots(1, 2, width_ratios=(1, 1.2))
        for prior, colour in (("uniform", ORANGE), ("learnt", BLUE)):
            rates = [_cost(row, prior) for row in rows.values()]
            pixels = [_value(row, PIXELS) for row in rows.values()]
            axes.plot(rates, pixels, "o-", color=colour, label=f"{prior} prior")
            for K, rate, height in zip(rows, rates, pixels, strict=True):
                axes.annotate(f"{K}", (rate, height), xytext=(4, 4), textcoords="offset points", fontsize=8)
        axes.set(xlabel="cost of the codes, nats", ylabel="cost of the pixels, nats", title="Numbers are K")
        axes.legend()
        names = [str(K) for K in rows]
        pixels, codes = ([read(row) for row in rows.values()] for read in (_pixels, _learnt))
        bars.bar(names, pixels, color=ORANGE, label="pixels")
        bars.bar(names, codes, bottom=pixels, color=BLUE, label="codes, learnt prior")
        bars.set(xlabel="K, codes of the codebook", ylabel="nats per image", title="-bound")
        bars.legend()
    return figure


def images(result: Result) -> Figure:
    """Draw test images, their reconstructions, and samples with codes from three priors."""
    protocol: Protocol = result.protocol
    model, priors = result.model
    dataset = load(protocol.data)
    found = encode_all(model, dataset.test.images[:COLUMNS], protocol, 2**31)
    independent = Independent(encode_all(model, dataset.train.images[:5000], protocol, 2**32).codes, protocol.K)
    rows = {"x": found.x, "decoded": _mean(result, found.codes)}
    for name, prior in (("uniform", uniform(protocol)), ("independent", independent), ("learnt", priors)):
        rows[name] = _mean(result, prior.sample(COLUMNS, protocol.seed, 2**20))
    return named_rows(torch.cat(list(rows.values())).numpy(), list(rows), beside=1.0)


def _mean(result: Result, codes: list[torch.Tensor]) -> torch.Tensor:
    output = result.model[0].decode(codes)
    return output.clamp(0, 1) if result.protocol.data == "fashion_mnist" else output.sigmoid()


def _row(folder: Path, K: int) -> Measurement | None:
    path = folder / ("mnist_short.json" if K == Protocol().K else f"mnist_K-{K}_short.json")
    return read_measurement(path) if path.exists() else None


def _value(row: Measurement, name: str) -> float:
    return next(quantity.ours for quantity in row.quantities if quantity.name == name)


def _cost(row: Measurement, prior: str) -> float:
    return _value(row, f"cost of the codes, {prior} prior, test")


def _pixels(row: Measurement) -> float:
    return _value(row, PIXELS)


def _learnt(row: Measurement) -> float:
    return _cost(row, "learnt")
