"""The picture of `paper.vae_gan`: ``vae reproduce vae_gan --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
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
    return named_rows(torch.cat(list(rows.values())).numpy(), list(rows), beside=1.0)
