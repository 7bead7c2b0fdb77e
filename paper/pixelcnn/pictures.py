"""The pictures of `paper.pixelcnn`: ``vae reproduce pixelcnn --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
from common.streams import Stream
from paper.kit.draws import binary
from paper.kit.results import Result
from paper.parts.autoregressive import samples
from paper.pixelcnn.experiment import Protocol

COLUMNS = 12


def draw(result: Result) -> dict[str, Figure]:
    """Return test images and samples of this run."""
    protocol: Protocol = result.protocol
    return {f"{protocol.data}_samples": images(result)}


def images(result: Result) -> Figure:
    """Draw binarised test images, and below them two rows of samples."""
    protocol: Protocol = result.protocol
    x = binary(load(protocol.data).test.images[:COLUMNS], protocol.seed, Stream.PICTURE, 0)
    drawn = samples(result.model, 2 * COLUMNS, tuple(x.shape[1:]), protocol.seed)
    return named_rows(torch.cat([x, drawn]).numpy(), ["x", "samples", ""])
