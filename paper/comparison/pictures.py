"""The picture of `paper.comparison`: ``vae reproduce comparison --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
from common.streams import Stream
from paper.comparison.experiment import Protocol, decoded, encoded, prior_codes
from paper.kit.draws import CPU, binary
from paper.kit.results import Result
from paper.parts.mixture import fitted, sample

COLUMNS = 12
FITTED_TO = 10_000
"""Training images to whose codes the mixture of the picture is fitted."""


def draw(result: Result) -> dict[str, Figure]:
    """Return test images and samples of this run."""
    return {f"{result.protocol.data}_samples": images(result)}


def images(result: Result) -> Figure:
    """Draw binarised test images, and means of samples with codes from N(0, I) and from a mixture."""
    protocol: Protocol = result.protocol
    model, dataset, seed = result.model, load(protocol.data), protocol.seed
    mixture = fitted(encoded(model, dataset.train.images[:FITTED_TO], seed, CPU), protocol.components, seed)
    codes = sample(mixture, 100 * COLUMNS)[::100]
    rows = {
        "x": binary(dataset.test.images[:COLUMNS], seed, Stream.PICTURE, 0),
        "N(0, I)": decoded(model, prior_codes(COLUMNS, protocol.latents, seed, CPU)),
        "mixture": decoded(model, codes),
    }
    return named_rows(torch.cat(list(rows.values())).numpy(), list(rows))
