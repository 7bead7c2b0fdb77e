"""The pictures of `paper.made`: ``vae reproduce made --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
from common.streams import Stream
from paper.kit.draws import binary
from paper.kit.results import Result
from paper.made.experiment import Protocol, rows_of
from paper.parts.autoregressive import samples

COLUMNS = 12


def draw(result: Result) -> dict[str, Figure]:
    """Return test images and samples of this run."""
    protocol: Protocol = result.protocol
    return {f"{protocol.data}_layers-{protocol.layers}": images(result)}


def images(result: Result) -> Figure:
    """Draw binarised test images, and below them two rows of samples."""
    protocol: Protocol = result.protocol
    test = load(protocol.data).test.images[:COLUMNS]
    x = binary(rows_of(test), protocol.seed, Stream.PICTURE, 0)
    drawn = samples(result.model, 2 * COLUMNS, (x.shape[1],), protocol.seed)
    return named_rows(torch.cat([x, drawn]).reshape(-1, *test.shape[1:]).numpy(), ["x", "samples", ""])
