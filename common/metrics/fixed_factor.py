"""Groups of images in which one factor is fixed, for the metrics that look for the latent that does not change."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from common.errors import InvalidArgument


def pairs_with_a_fixed_factor(
    sizes: Sequence[int], groups: int, pairs: int, rng: np.random.Generator
) -> tuple[Int[np.ndarray, " groups"], Int[np.ndarray, "groups pairs 2 factors"]]:
    """Draw which factor is fixed in each group, and the factors of its pairs of images.

    The two images of a pair have the same value of the fixed factor, another one in each pair; all else is drawn at
    random from the grid, in which factor k has the values 0 to ``sizes[k] - 1``. A factor of a single value is never
    the fixed one. Source: Higgins et al. 2017, section 3.

    Raises
    ------
    InvalidArgument
        If no factor has two values or more.
    """
    fixed = _fixed_factors(sizes, groups, rng)
    factors = rng.integers(0, sizes, (groups, pairs, 2, len(sizes)))
    rows = np.arange(groups)
    factors[rows, :, 1, fixed] = factors[rows, :, 0, fixed]
    return fixed, factors


def batches_with_a_fixed_factor(
    sizes: Sequence[int], groups: int, images: int, rng: np.random.Generator
) -> tuple[Int[np.ndarray, " groups"], Int[np.ndarray, "groups images factors"]]:
    """Draw which factor is fixed in each group, and the factors of its images, which share one value of it.

    All else is as in `pairs_with_a_fixed_factor`. Source: Kim & Mnih 2018, section 4.

    Raises
    ------
    InvalidArgument
        If no factor has two values or more.
    """
    fixed = _fixed_factors(sizes, groups, rng)
    factors = rng.integers(0, sizes, (groups, images, len(sizes)))
    rows = np.arange(groups)
    factors[rows, :, fixed] = factors[rows, :1, fixed]
    return fixed, factors


def _fixed_factors(sizes: Sequence[int], groups: int, rng: np.random.Generator) -> Int[np.ndarray, " groups"]:
    changing = np.flatnonzero(np.asarray(sizes) > 1)
    if len(changing) == 0:
        raise InvalidArgument("sizes", list(sizes), "at least one factor with two values or more")
    return rng.choice(changing, groups)
