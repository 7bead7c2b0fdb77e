"""Which images make up batch number ``step``: pure functions of the seed and the step.

Nothing is remembered between steps, so a run can be resumed anywhere. The last, incomplete batch of an
epoch is dropped, so that every step averages over the same number of images; the order differs from
epoch to epoch, so no image is left out for good.
"""

from functools import lru_cache

import numpy as np
from jaxtyping import Int64

from common.errors import InvalidArgument
from common.streams import Stream, generator


@lru_cache(maxsize=2)
def epoch_permutation(seed: int, epoch: int, n: int) -> Int64[np.ndarray, " n"]:
    """Return the order in which epoch number ``epoch`` visits ``n`` images (read-only)."""
    order = generator(seed, Stream.SHUFFLE, epoch).permutation(n)
    order.setflags(write=False)
    return order


def steps_per_epoch(n: int, batch_size: int) -> int:
    """Return the number of full batches in ``n`` images.

    Raises
    ------
    InvalidArgument
        If ``batch_size`` is below 1 or above ``n``.
    """
    if not 1 <= batch_size <= n:
        raise InvalidArgument("batch_size", batch_size, f"a number from 1 to {n}, the number of images")
    return n // batch_size


def batch_indices(seed: int, step: int, n: int, batch_size: int) -> Int64[np.ndarray, " batch_size"]:
    """Return the indices of the images in batch number ``step``, counted from 0 over all epochs.

    Raises
    ------
    InvalidArgument
        If ``batch_size`` is below 1 or above ``n``, or ``step`` is negative.
    """
    if step < 0:
        raise InvalidArgument("step", step, "a number from 0")
    epoch, position = divmod(step, steps_per_epoch(n, batch_size))
    return epoch_permutation(seed, epoch, n)[position * batch_size : (position + 1) * batch_size]
