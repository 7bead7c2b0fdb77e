"""The pictures of `paper.nvae`: ``vae reproduce nvae --pictures``."""

from collections.abc import Iterator
from copy import deepcopy

import torch
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from common.plots import named_rows
from common.plots.style import PALETTE, blank, style
from common.streams import Stream
from paper.kit.draws import noise
from paper.kit.results import Result
from paper.nvae.cells import recalibrate
from paper.nvae.experiment import Protocol, names
from paper.nvae.model import NVAE

TEMPERATURES = (1.0, 0.8, 0.6)
ROWS, COLUMNS = 3, 12
PASSES = 10
"""Minibatches of samples over which statistics of batch norm are taken, at every temperature anew."""


def draw(result: Result) -> dict[str, Figure]:
    """Return samples at three temperatures, and the KL of every group in the course of training."""
    return {f"{result.protocol.data}_samples": samples(result), f"{result.protocol.data}_groups": groups(result)}


@torch.no_grad()
def samples(result: Result) -> Figure:
    """Draw mean images, three rows for each temperature; all temperatures have the same noise."""
    found = torch.cat([sampled(result.model, result.protocol, temperature) for temperature in TEMPERATURES])
    labels = [f"temperature {one}" if row == 1 else "" for one in TEMPERATURES for row in range(ROWS)]
    return named_rows(found.numpy(), labels)


def sampled(model: NVAE, protocol: Protocol, temperature: float) -> Float[Tensor, "n 1 28 28"]:
    """Return mean images, with statistics of batch norm that belong to samples of this temperature."""
    own = deepcopy(model)

    def passes() -> Iterator[Tensor]:
        for index in range(1, PASSES + 1):
            yield own.generate(noise(protocol.seed, Stream.PICTURE, index, (protocol.M, own.noise)), temperature)

    recalibrate(own, passes())
    return own.generate(noise(protocol.seed, Stream.PICTURE, 0, (ROWS * COLUMNS, own.noise)), temperature).sigmoid()


def groups(result: Result) -> Figure:
    """Draw the KL of every group, and on the right the bound of test images, against training images."""
    curve, protocol = result.curve, result.protocol
    passes = [samples / 60_000 for samples in curve["samples"]]
    with style():
        figure = blank(9.0, 3.6)
        left, right = figure.subplots(1, 2)
        for number, (name, colour) in enumerate(zip(names(result.model), PALETTE, strict=False), 1):
            left.plot(passes, curve[f"kl {number}"], color=colour, label=name)
        right.plot(passes, curve["test"], color=PALETTE[0])
        end = protocol.warm_up * protocol.samples / 60_000
        for axes, label in ((left, "KL of a group, nats"), (right, "bound of test images, nats")):
            axes.axvline(end, color="0.6", linestyle=":")
            axes.set(xlabel="passes over 60,000 images", ylabel=label)
            axes.grid(visible=True)
        left.set(ylim=(0, None))
        left.legend(fontsize=8)
    return figure
