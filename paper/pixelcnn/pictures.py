"""The pictures of `paper.pixelcnn`: ``vae reproduce pixelcnn --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style
from common.streams import Stream
from paper.kit.draws import binary
from paper.kit.results import Result
from paper.pixelcnn.experiment import Protocol, samples

COLUMNS = 12


def draw(result: Result) -> dict[str, Figure]:
    """Return test images and samples of this run."""
    protocol: Protocol = result.protocol
    return {f"{protocol.data}_samples": images(result)}


def images(result: Result) -> Figure:
    """Draw binarised test images, and below them two rows of samples."""
    protocol: Protocol = result.protocol
    x = binary(load(protocol.data).test.images[:COLUMNS], protocol.seed, Stream.PICTURE, 0)
    drawn = samples(result.model, 2 * COLUMNS, (x.shape[2], x.shape[3]), protocol.seed)
    pixels = colour_images("images", torch.cat([x, drawn]).numpy())
    height, width = cell_size(3, COLUMNS, *pixels.shape[1:3])
    with style():
        figure = blank(COLUMNS * width + 1.5, 3 * height)
        axes = figure.subplots()
        draw_cells(axes, pixels, COLUMNS, margin_of(pixels))
        name_cells(axes, "y", ["x", "samples", ""], height)
    return figure
