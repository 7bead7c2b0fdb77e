"""What models have in common that know p(x) and draw pixels one after the other, of rows of pixels or of images."""

from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from common.streams import Stream, generator
from paper.kit.draws import CPU, binary, parts

PART = 500
"""Images that are measured, or drawn, at a time."""


@runtime_checkable
class Autoregressive(Protocol):
    """A model of binary pixels."""

    def log_p(self, x: Float[Tensor, "M *image"]) -> Float[Tensor, " M"]:
        """Return log p(x), in nats per image."""
        ...

    def sample(self, u: Float[Tensor, "M *image"]) -> Float[Tensor, "M *image"]:
        """Draw images, each pixel by its uniform number."""
        ...


@torch.no_grad()
def negative_log_p(
    model: Autoregressive, images: UInt8[np.ndarray, "n *image"], seed: int, device: torch.device
) -> Float[np.ndarray, " n"]:
    """Return -log p(x) of every image, binarised once."""
    values = []
    for index, rows in parts(len(images), PART):
        x = binary(images[rows], seed, Stream.EVALUATION_BINARIZE, index, device)
        values.append(-model.log_p(x).double().cpu())
    return torch.cat(values).numpy()


def samples(
    model: Autoregressive, count: int, shape: tuple[int, ...], seed: int, device: torch.device = CPU
) -> Float[Tensor, "n *image"]:
    """Draw images of a shape, with one uniform number for every pixel."""
    u = generator(seed, Stream.EVALUATION_NOISE).random((count, *shape), np.float32)
    return torch.cat([model.sample(part) for part in torch.from_numpy(u).to(device).split(PART)])
