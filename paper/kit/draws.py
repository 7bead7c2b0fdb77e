"""What a run draws: noise and binary images, pure functions of (seed, stream, index), on a device."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from common.data.binarization import dynamic_binarization
from common.streams import Stream, generator, normal

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


def grey(images: UInt8[np.ndarray, "n *image"], device: torch.device = CPU) -> Float[Tensor, "n *image"]:
    """Return grey levels as numbers in [0, 1]."""
    return torch.from_numpy(images.astype(np.float32) / 255).to(device)


def spaced(images: UInt8[np.ndarray, "n *image"], count: int) -> UInt8[np.ndarray, "fewer *image"]:
    """Return ``count`` images at equal distances, or all if there are fewer: neighbours may be of one hand."""
    return images[np.linspace(0, len(images) - 1, min(count, len(images))).round().astype(int)]


def parts(count: int, size: int, first: int = 0) -> Iterator[tuple[int, slice]]:
    """Yield the rows of ``count`` images, ``size`` at a time, each part with its number from ``first`` on."""
    for number, start in enumerate(range(0, count, size), first):
        yield number, slice(start, min(start + size, count))
