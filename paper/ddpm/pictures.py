"""The picture of `paper.ddpm`: ``vae reproduce ddpm --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
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
    return named_rows(torch.cat([x, drawn]).clamp(0, 1).numpy(), ["x_0", "samples", "", ""])
