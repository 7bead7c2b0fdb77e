"""The six generating factors of dSprites, and the order in which its images are stored.

Image number ``i`` has the digits of ``i`` in the mixed radix (1, 3, 6, 40, 32, 32) as its factors, the
last digit (y) changing fastest (Matthey et al. 2017, the README of dSprites).
"""

from typing import Any

import numpy as np
from jaxtyping import Float64, Int32, Int64, Shaped

from common.errors import InvalidArgument
from common.streams import Stream, generator

FACTOR_NAMES = ("colour", "shape", "scale", "orientation", "x", "y")
FACTOR_SIZES = (1, 3, 6, 40, 32, 32)
SHAPE_NAMES = ("square", "ellipse", "heart")
N_IMAGES = int(np.prod(FACTOR_SIZES))
N_TEST = N_IMAGES // 10

FACTOR_VALUES: dict[str, Float64[np.ndarray, " size"]] = {
    "colour": np.array([1.0]),
    "shape": np.array([1.0, 2.0, 3.0]),
    "scale": np.linspace(0.5, 1.0, 6),
    "orientation": np.linspace(0.0, 2.0 * np.pi, 40),
    "x": np.linspace(0.0, 1.0, 32),
    "y": np.linspace(0.0, 1.0, 32),
}
"""What the class numbers stand for: orientation in radians (both ends of the circle are included, as in
dSprites), positions as fractions of the range from left to right and from top to bottom."""


def factors_of(indices: Shaped[np.ndarray, " k"]) -> Int64[np.ndarray, "k 6"]:
    """Return the class numbers of the six factors of images ``indices``.

    Raises
    ------
    InvalidArgument
        If an index is not a whole number from 0 to 737,279.
    """
    indices = _whole_numbers("indices", indices)
    wrong = (indices < 0) | (indices >= N_IMAGES)
    if wrong.any():
        raise InvalidArgument("indices", indices[wrong][0], f"numbers from 0 to {N_IMAGES - 1}")
    return np.stack(np.unravel_index(indices, FACTOR_SIZES), axis=-1).astype(np.int64)


def indices_of(factors: Shaped[np.ndarray, "k _six"]) -> Int64[np.ndarray, " k"]:
    """Return the numbers of the images that have these factors; the inverse of ``factors_of``.

    Raises
    ------
    InvalidArgument
        If the last axis has not six entries or an entry is outside the range of its factor.
    """
    factors = _whole_numbers("factors", factors)
    if factors.shape[-1:] != (6,):
        raise InvalidArgument("factors", f"shape {factors.shape}", f"six per image: {', '.join(FACTOR_NAMES)}")
    for column, (name, size) in enumerate(zip(FACTOR_NAMES, FACTOR_SIZES, strict=True)):
        values = factors[..., column]
        wrong = (values < 0) | (values >= size)
        if wrong.any():
            raise InvalidArgument(f"factors ({name})", values[wrong][0], f"class numbers from 0 to {size - 1}")
    return np.asarray(np.ravel_multi_index(tuple(np.moveaxis(factors, -1, 0)), FACTOR_SIZES), np.int64)


def grid_split() -> tuple[Int32[np.ndarray, " train"], Int32[np.ndarray, " test"]]:
    """Return the image numbers for training and for testing: one permutation, its last tenth for testing.

    The source has no split; this one is the project's own and never changes (seed 0).
    """
    order = generator(0, Stream.SPLIT).permutation(np.arange(N_IMAGES, dtype=np.int32))
    return order[:-N_TEST], order[-N_TEST:]


def _whole_numbers(argument: str, values: Any) -> np.ndarray:
    values = np.asarray(values)
    if not np.issubdtype(values.dtype, np.integer):
        raise InvalidArgument(argument, f"dtype {values.dtype}", "whole numbers")
    return values
