"""The pictures of `paper.real_nvp`: ``vae reproduce real_nvp --pictures``."""

import numpy as np
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
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
    return named_rows(np.concatenate([test, drawn.numpy()]), ["x", "samples", ""])
