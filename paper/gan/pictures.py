"""The picture of `paper.gan`: ``vae reproduce gan --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
from common.streams import Stream
from paper.gan.experiment import Protocol, generate
from paper.kit.draws import grey
from paper.kit.results import Result

COLUMNS = 12
ROWS = 4
"""Rows of samples."""


def draw(result: Result) -> dict[str, Figure]:
    """Return samples of this run below real images."""
    return {f"{result.protocol.data}_samples": images(result)}


def images(result: Result) -> Figure:
    """Draw test images, and below them rows of samples, in grey levels."""
    protocol: Protocol = result.protocol
    x = grey(load(protocol.data).test.images[:COLUMNS])
    samples = generate(result.model, ROWS * COLUMNS, protocol.seed, Stream.PICTURE)
    return named_rows(torch.cat([x, samples]).numpy(), ["x", "G(z)", *[""] * (ROWS - 1)])
