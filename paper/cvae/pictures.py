"""The picture of `paper.cvae`: ``vae reproduce cvae --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import DATASETS
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style
from common.streams import Stream
from paper.cvae.model import generate
from paper.judge.classifier import CLASSES
from paper.kit.draws import noise
from paper.kit.results import Result

COLUMNS = 12


def draw(result: Result) -> dict[str, Figure]:
    """Return the grid of classes."""
    return {f"{result.protocol.data}_classes": classes(result)}


def classes(result: Result) -> Figure:
    """Draw mean images of p(x | y, z): a row for each class y, a column for each z ~ N(0, I)."""
    protocol = result.protocol
    z = noise(protocol.seed, Stream.PICTURE, 0, (COLUMNS, protocol.latents))
    y = torch.arange(CLASSES).repeat_interleave(COLUMNS)
    mean = generate(result.model, y, z.repeat(CLASSES, 1)).numpy()
    pixels = colour_images("mean", mean.reshape(-1, *DATASETS[protocol.data].image_shape))
    height, width = cell_size(CLASSES, COLUMNS, *pixels.shape[1:3])
    with style():
        figure = blank(COLUMNS * width + 0.4, CLASSES * height)
        axes = figure.subplots()
        draw_cells(axes, pixels, COLUMNS, margin_of(pixels))
        name_cells(axes, "y", [str(number) for number in range(CLASSES)], height)
    return figure
