"""The picture of `paper.vae_gan`: ``vae reproduce vae_gan --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style
from paper.kit.draws import grey
from paper.kit.results import Result
from paper.vae_gan.experiment import Protocol, generate, reconstruct

COLUMNS = 12


def draw(result: Result) -> dict[str, Figure]:
    """Return images of this run."""
    return {f"{result.protocol.data}_{result.protocol.model}": images(result)}


def images(result: Result) -> Figure:
    """Draw test images and, of a model with an encoder, what their codes are decoded to; then two rows of samples."""
    protocol: Protocol = result.protocol
    test = load(protocol.data).test.images[:COLUMNS]
    rows = {"x": grey(test)}
    if protocol.model != "gan":
        rows["x_tilde"] = reconstruct(result.model, test, protocol.seed)
    samples = generate(result.model, 2 * COLUMNS, protocol.seed)
    rows |= {"x_p": samples[:COLUMNS], "x_p again": samples[COLUMNS:]}
    levels = colour_images("images", torch.cat(list(rows.values())).numpy())
    height, width = cell_size(len(rows), COLUMNS, *levels.shape[1:3])
    with style():
        figure = blank(COLUMNS * width + 1.0, len(rows) * height)
        axes = figure.subplots()
        draw_cells(axes, levels, COLUMNS, margin_of(levels))
        name_cells(axes, "y", list(rows), height)
    return figure
