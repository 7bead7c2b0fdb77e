"""Minibatches of strings of about the same length, so that little of them is padding."""

import numpy as np
from jaxtyping import Int64

from common.data.batches import epoch_permutation, steps_per_epoch
from common.streams import Stream, generator

POOL = 64
"""Minibatches that are sorted by length together: the more, the less padding, and the less chance."""


def bucketed_indices(
    lengths: Int64[np.ndarray, " n"], seed: int, step: int, batch_size: int
) -> Int64[np.ndarray, " batch_size"]:
    """Return the indices of the strings in batch number ``step``, a pure function of seed and step.

    Strings are shuffled in every epoch. Those of 64 batches are sorted by length and cut into batches, which come in
    random order. As in `batch_indices`, the last, incomplete batch of an epoch is dropped.

    Raises
    ------
    InvalidArgument
        If ``batch_size`` is below 1 or above ``n``.
    """
    per_epoch = steps_per_epoch(len(lengths), batch_size)
    epoch, number = divmod(step, per_epoch)
    pool, place = divmod(number, POOL)
    last = min((pool + 1) * POOL, per_epoch)
    chosen = epoch_permutation(seed, epoch, len(lengths))[pool * POOL * batch_size : last * batch_size]
    batches = chosen[np.argsort(lengths[chosen], kind="stable")].reshape(-1, batch_size)
    turn = generator(seed, Stream.SHUFFLE, 2**40 + step - place).permutation(len(batches))
    return batches[turn[place]]
