"""From grey levels to the 0 and 1 of a Bernoulli likelihood (Salakhutdinov & Murray 2008).

A pixel of grey level v becomes 1 with probability v / 255, exactly: a draw u, uniform on the 255 whole
numbers 0..254, is below v with probability v / 255. So 0 never becomes 1, and 255 always does.
"""

from math import prod

import numpy as np
from jaxtyping import Shaped, UInt8

from common.data.images import require_grey_levels
from common.data.lazy import LazyArray
from common.errors import InvalidArgument
from common.streams import INDICES_PER_STREAM, Stream, generator

FIXED_DRAW = INDICES_PER_STREAM - 1
"""The index of the fixed draw: the last of its stream, which no training step reaches."""

RGB = 3
"""Channels of an image in colour."""

_IMAGES_AT_ONCE = 1024


def dynamic_binarization(
    images: Shaped[np.ndarray, "*shape"], seed: int, stream: Stream, index: int
) -> UInt8[np.ndarray, "*shape"]:
    """Binarise a batch anew: 0 or 1, another draw for each ``index``.

    Parameters
    ----------
    images
        uint8 grey levels 0..255, or booleans, which stay as they are.
    stream
        ``Stream.BINARIZE`` in training, with the step as ``index``; ``Stream.EVALUATION_BINARIZE`` in
        evaluation, so that measuring never changes what is learnt.

    Raises
    ------
    InvalidArgument
        If the images are of another type, are 0 and 1 in uint8, or in colour.
    """
    return _draw_once(images, generator(seed, stream, index))


def static_binarization(images: Shaped[np.ndarray, "n *image"] | LazyArray, seed: int) -> UInt8[np.ndarray, "n *image"]:
    """Binarise a whole set once and for all: 0 or 255, so that the result is a set of grey images again.

    Results with one fixed draw and results with a new draw per batch cannot be compared: state which was used. For a
    VAE with one layer Burda et al. 2015 print 88.71 (table 3) and 86.76 nats (table 1).
    """
    random = generator(seed, Stream.BINARIZE, FIXED_DRAW)
    binary = np.empty(images.shape, np.uint8)
    for start in range(0, len(images), _IMAGES_AT_ONCE):
        chunk = slice(start, start + _IMAGES_AT_ONCE)
        binary[chunk] = 255 * _draw_once(images[chunk], random)
    return binary


def _draw_once(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if images.dtype not in (np.uint8, np.bool_):
        raise InvalidArgument("images", f"dtype {images.dtype}", "uint8 grey levels 0..255, or booleans")
    if images.ndim == 4 and images.shape[1] == RGB:
        remedy = (
            "Red, green and blue are no probabilities of ink: turn the images grey, or give them another likelihood."
        )
        raise InvalidArgument("images", f"{RGB} channels, colour", "1 channel of grey levels", remedy)
    if images.dtype == np.bool_:
        return images.astype(np.uint8)
    require_grey_levels(images)
    return (_uniform_below_255(images.shape, random) < images).view(np.uint8)


def _uniform_below_255(shape: tuple[int, ...], random: np.random.Generator) -> UInt8[np.ndarray, "..."]:
    """Draw whole numbers 0..254: bytes, with every 255 drawn again; half the time of ``random.integers``."""
    size = prod(shape)
    words = random.bit_generator.random_raw(-(-size // 8)).astype("<u8", copy=False)
    draw = words.view(np.uint8)[:size].reshape(shape)
    refused = draw == 255
    draw[refused] = random.integers(0, 255, size=np.count_nonzero(refused), dtype=np.uint8)
    return draw
