"""The picture of `paper.gan`: ``vae reproduce gan --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style
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
    pixels = colour_images("images", torch.cat([x, samples]).numpy())
    height, width = cell_size(1 + ROWS, COLUMNS, *pixels.shape[1:3])
    with style():
        figure = blank(COLUMNS * width + 1.5, (1 + ROWS) * height)
        axes = figure.subplots()
        draw_cells(axes, pixels, COLUMNS, margin_of(pixels))
        name_cells(axes, "y", ["x", "G(z)", *[""] * (ROWS - 1)], height)
    return figure
