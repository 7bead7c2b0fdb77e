"""The pictures of `paper.real_nvp`: ``vae reproduce real_nvp --pictures``."""

import numpy as np
from matplotlib.figure import Figure

from common.data import load
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style
from paper.kit.draws import CPU
from paper.kit.results import Result
from paper.real_nvp.experiment import Protocol, samples

COLUMNS = 12


def draw(result: Result) -> dict[str, Figure]:
    """Return test images and samples of this run."""
    protocol: Protocol = result.protocol
    return {f"{protocol.data}_samples": images(result)}


def images(result: Result) -> Figure:
    """Draw grey test images, and below them two rows of samples at temperature 1."""
    protocol: Protocol = result.protocol
    test = load(protocol.data).test.images[:COLUMNS] / 255
    drawn = samples(result.model.to(CPU), 2 * COLUMNS, protocol.seed, CPU)
    pixels = colour_images("images", np.concatenate([test, drawn.numpy()]))
    height, width = cell_size(3, COLUMNS, *pixels.shape[1:3])
    with style():
        figure = blank(COLUMNS * width + 1.5, 3 * height)
        axes = figure.subplots()
        draw_cells(axes, pixels, COLUMNS, margin_of(pixels))
        name_cells(axes, "y", ["x", "samples", ""], height)
    return figure
