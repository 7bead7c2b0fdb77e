"""Counter-based randomness: every draw is a pure function of (seed, stream, index).

A fresh Philox generator is keyed by the three, so a run can be resumed at any step without replaying
the steps before it, and every level sees the same numbers (Salmon et al. 2011, "Parallel random
numbers: as easy as 1, 2, 3").
"""

from enum import IntEnum

import numpy as np
from jaxtyping import Float64

from common.errors import InvalidArgument

INDICES_PER_STREAM = 2**48


class Stream(IntEnum):
    """What a random number is for; streams never overlap."""

    INITIAL = 1
    SHUFFLE = 2
    BINARIZE = 3
    NOISE = 4
    EVALUATION_BINARIZE = 5
    EVALUATION_NOISE = 6
    PICTURE = 7
    SPLIT = 8


def generator(seed: int, stream: Stream, index: int = 0) -> np.random.Generator:
    """Return the generator of one draw, for example ``generator(seed, Stream.NOISE, step)``."""
    require_seed(seed)
    if not 0 <= index < INDICES_PER_STREAM:
        raise InvalidArgument("index", index, "a whole number from 0 to 2^48 - 1")
    key = np.array([seed, stream * INDICES_PER_STREAM + index], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def require_seed(seed: int) -> None:
    """Raise `InvalidArgument` unless this can be a seed."""
    if not 0 <= seed < 2**64:
        raise InvalidArgument("seed", seed, "a whole number from 0 to 2^64 - 1")


def normal(seed: int, stream: Stream, index: int, shape: tuple[int, ...]) -> Float64[np.ndarray, "..."]:
    """Draw standard normal noise in float64, to be cast by the level that uses it."""
    return generator(seed, stream, index).standard_normal(shape)
