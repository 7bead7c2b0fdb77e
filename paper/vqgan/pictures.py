"""The picture of `paper.vqgan`: ``vae reproduce vqgan --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
from paper.kit.results import Result
from paper.vqgan.experiment import Protocol, decode_all, draw_codes, encode_all, pixels
from paper.vqgan.prior import Independent

COLUMNS = 12


def draw(result: Result) -> dict[str, Figure]:
    """Return images of this run."""
    return {f"{result.protocol.data}_{result.protocol.loss}": images(result)}


def images(result: Result) -> Figure:
    """Draw test images, what their codes are decoded to, and samples with codes from two priors."""
    protocol: Protocol = result.protocol
    model, transformer = result.model
    dataset = load(protocol.data)
    test = dataset.test.images[: protocol.test_images]
    chosen = test[len(test) // (2 * COLUMNS) :: len(test) // COLUMNS][:COLUMNS]
    codes = encode_all(model, dataset.train.images[:2000])
    rows = {"x": pixels(chosen), "decoded": decode_all(model, encode_all(model, chosen))}
    for name, prior in (("independent", Independent(codes, protocol.K)), ("transformer", transformer)):
        drawn = draw_codes(prior, (codes.shape[1], codes.shape[2]), COLUMNS, protocol.seed)
        rows[name] = decode_all(model, drawn)
    return named_rows(((torch.cat(list(rows.values())) + 1) / 2).numpy(), list(rows), beside=1.0)
