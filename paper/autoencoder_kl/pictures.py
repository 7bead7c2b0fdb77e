"""The picture of `paper.autoencoder_kl`: ``vae reproduce autoencoder_kl --pictures``."""

import torch
from matplotlib.figure import Figure

from common.data import load
from common.plots import named_rows
from common.streams import Stream
from paper.autoencoder_kl.experiment import FACTORS, LatentDiffusion, Protocol, cut, latent_shape, padded
from paper.kit.draws import noise
from paper.kit.results import Result

COLUMNS = 12


def draw(result: Result) -> dict[str, Figure]:
    """Return images of this run."""
    return {f"{result.protocol.data}_latent_diffusion": images(result)}


@torch.no_grad()
def images(result: Result) -> Figure:
    """Draw test images, their reconstructions, and samples with each scale factor, all made of the same noise."""
    protocol: Protocol = result.protocol
    model: LatentDiffusion = result.model
    x = padded(load(protocol.data).test.images[:COLUMNS])
    first, second = noise(protocol.seed, Stream.PICTURE, 0, (2, *latent_shape(protocol, COLUMNS)))
    again = model.autoencoder.decode(model.autoencoder.encode(x).sample(first))
    rows = {"x": cut(x), "decoded": cut(again)}
    for number, name in enumerate(FACTORS):
        rows[f"factor {name}"] = model.sample(number, second, protocol.denoising_steps)
    return named_rows(torch.cat(list(rows.values())).reshape(-1, 1, 28, 28).numpy(), list(rows), beside=1.3)
