"""The picture of `paper.ddpm`: ``vae reproduce ddpm --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style
from paper.ddpm.experiment import Protocol
from paper.kit.draws import CPU, grey
from paper.kit.results import Result

COLUMNS = 12


def draw(result: Result) -> dict[str, Figure]:
    """Return test images and samples of this run."""
    return {f"{result.protocol.data}_samples": images(result)}


def images(result: Result) -> Figure:
    """Draw test images, and below them three rows of samples, grey as they are."""
    protocol: Protocol = result.protocol
    x = grey(load(protocol.data).test.images[:COLUMNS])
    drawn = result.model.sample(protocol, 3 * COLUMNS, CPU)
    pixels = colour_images("images", torch.cat([x, drawn]).clamp(0, 1).numpy())
    height, width = cell_size(4, COLUMNS, *pixels.shape[1:3])
    with style():
        figure = blank(COLUMNS * width + 1.5, 4 * height)
        axes = figure.subplots()
        draw_cells(axes, pixels, COLUMNS, margin_of(pixels))
        name_cells(axes, "y", ["x_0", "samples", "", ""], height)
    return figure
