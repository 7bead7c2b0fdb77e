"""The pictures of `paper.made`: ``vae reproduce made --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style
from common.streams import Stream
from paper.kit.draws import CPU, binary
from paper.kit.results import Result
from paper.made.experiment import Protocol, samples

COLUMNS = 12


def draw(result: Result) -> dict[str, Figure]:
    """Return test images and samples of this run."""
    protocol: Protocol = result.protocol
    return {f"{protocol.data}_layers-{protocol.layers}": images(result)}


def images(result: Result) -> Figure:
    """Draw binarised test images, and below them two rows of samples."""
    protocol: Protocol = result.protocol
    test = load(protocol.data).test.images[:COLUMNS]
    x = binary(test, protocol.seed, Stream.PICTURE, 0).flatten(1)
    drawn = samples(result.model, 2 * COLUMNS, protocol.seed, CPU)
    pixels = colour_images("images", torch.cat([x, drawn]).reshape(-1, *test.shape[1:]).numpy())
    height, width = cell_size(3, COLUMNS, *pixels.shape[1:3])
    with style():
        figure = blank(COLUMNS * width + 1.5, 3 * height)
        axes = figure.subplots()
        draw_cells(axes, pixels, COLUMNS, margin_of(pixels))
        name_cells(axes, "y", ["x", "samples", ""], height)
    return figure
