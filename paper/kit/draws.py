"""What a run draws: noise and binary or dequantised images, pure functions of (seed, stream, index), on a device."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import Tensor

from common.data.binarization import dynamic_binarization
from common.streams import Stream, generator, normal

GREY_LEVELS = 256
CPU = torch.device("cpu")


def noise(
    seed: int, stream: Stream, index: int, shape: tuple[int, ...], device: torch.device = CPU
) -> Float[Tensor, "..."]:
    """Draw N(0, 1) in float32; a GPU draws its own numbers, which are others than those of a CPU."""
    if device.type == "cpu":
        return torch.from_numpy(normal(seed, stream, index, shape).astype(np.float32))
    key = int(generator(seed, stream, index).integers(2**63))
    return torch.randn(shape, generator=torch.Generator(device).manual_seed(key), device=device)


def binary(
    images: UInt8[np.ndarray, "n *image"], seed: int, stream: Stream, index: int, device: torch.device = CPU
) -> Float[Tensor, "n *image"]:
    """Draw images of 0 and 1, with their grey levels as probabilities; those of 0 and 255 stay as they are."""
    return torch.from_numpy(dynamic_binarization(images, seed, stream, index).astype(np.float32)).to(device)


def dequantize(
    images: UInt8[np.ndarray, "*shape"], seed: int, stream: Stream, index: int
) -> Float32[np.ndarray, "*shape"]:
    """Return (level + u) / 256 with u uniform on [0, 1): a point of the cell of width 1/256 of each level.

    The mean log density of a model at these points, minus log 256 a pixel, is a lower bound of the log
    probability that it gives to the levels (Theis et al. 2016, section 3.1). So the density cannot grow without
    limit, as it can on the levels themselves when a Gaussian shrinks onto one of them.
    """
    u = generator(seed, stream, index).random(images.shape)
    # the largest float32 below 1 keeps what rounds up inside the open interval
    return np.minimum(((images + u) / GREY_LEVELS).astype(np.float32), np.nextafter(np.float32(1), np.float32(0)))


def parts(count: int, size: int, first: int = 0) -> Iterator[tuple[int, slice]]:
    """Yield the rows of ``count`` images, ``size`` at a time, each part with its number from ``first`` on."""
    for number, start in enumerate(range(0, count, size), first):
        yield number, slice(start, min(start + size, count))
