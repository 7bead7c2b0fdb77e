"""The picture of `paper.cvae`: ``vae reproduce cvae --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import DATASETS
from common.plots import named_rows
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
    return named_rows(
        mean.reshape(-1, *DATASETS[protocol.data].image_shape), [str(number) for number in range(CLASSES)], beside=0.4
    )
