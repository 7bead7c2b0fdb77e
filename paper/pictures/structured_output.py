"""The picture of `paper.structured_output`: ``vae reproduce structured_output --quadrants 1 --pictures``."""

import numpy as np
import torch
from jaxtyping import Float
from matplotlib.figure import Figure
from torch import Tensor

from common.data import DATASETS, load
from common.plots.cells import cell_size, draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import blank, style
from common.streams import Stream, normal
from paper.quadrants import Completion
from paper.reproduction.results import Result
from paper.structured_output import BINARISATION_SEED

ROWS = 8
UNKNOWN = 0.35
"""The grey of pixels that are not given."""

COMPLETIONS = {"GSNN": 2, "CVAE": 6}


def draw(result: Result) -> dict[str, Figure]:
    """Return completions of the first test images."""
    return {f"{result.protocol.data}_quadrants-{result.protocol.quadrants}": completions(result)}


@torch.no_grad()
def completions(result: Result) -> Figure:
    """Draw, for each image, what is given, the truth, the baseline's guess, and mean images of p(y | x, z), z ~ p."""
    protocol, models = result.protocol, result.model
    task = Completion(load(protocol.data).test.images[:ROWS], protocol.quadrants)
    x, y = task.draw(slice(None), BINARISATION_SEED, Stream.PICTURE, 0)
    parts = {"given": [torch.full_like(y, UNKNOWN)], "truth": [y], "baseline": [models["baseline"](x).mean]}
    for name, count in COMPLETIONS.items():
        eps = normal(protocol.seed, Stream.PICTURE, 1, (count, len(x), protocol.latents)).astype(np.float32)
        p = models[name].p_z(x)
        parts[name] = list(models[name].p_y(x, p.loc + p.scale * torch.from_numpy(eps)).mean)
    columns = [task.whole(x, part) for group in parts.values() for part in group]
    titles = [name if not index else "" for name, group in parts.items() for index in range(len(group))]
    images = torch.stack(columns, 1).flatten(0, 1)
    return _grid(images.reshape(-1, *DATASETS[protocol.data].image_shape), titles)


def _grid(images: Float[Tensor, "cells 1 height width"], titles: list[str]) -> Figure:
    pixels = colour_images("images", images.numpy())
    rows, columns = len(pixels) // len(titles), len(titles)
    height, width = cell_size(rows, columns, *pixels.shape[1:3])
    with style():
        figure = blank(columns * width, rows * height + 0.3)
        axes = figure.subplots()
        draw_cells(axes, pixels, columns, margin_of(pixels))
        name_cells(axes, "x", titles, width)
        axes.xaxis.tick_top()
    return figure
