"""Whether generated images look real, and whether they cover what is real (Kynkaanniemi et al. 2019)."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float, Float64
from scipy.spatial.distance import cdist

from common.errors import InvalidArgument
from common.metrics.inputs import real_numbers

_ROWS = 500
"""Rows whose distances to all others are held in memory at a time."""


def precision_and_recall(
    real: Float[np.ndarray, "n features"], generated: Float[np.ndarray, "m _features"], k: int = 3
) -> tuple[float, float]:
    """Return the share of generated features among the real ones, and of real ones among the generated ones.

    A set of features stands for the union of balls, one about each of its points, with the distance to its k-th nearest
    other point as the radius. Precision is the share of generated points in the union of the real balls, recall that of
    real points in the union of the generated balls; a point on the surface of a ball is inside. Both are shares from 0
    to 1, and depend on the features, on k and on how many points there are: compare sets of equal size alone. Source:
    Kynkaanniemi et al. 2019, equations 1 and 2.

    Raises
    ------
    InvalidArgument
        If a set has no more than k points or holds what is not a finite number, if the two have not the same number of
        features, or if k is not a whole number from 1 on.
    """
    if not (isinstance(k, int) and k >= 1):
        raise InvalidArgument("k", k, "a whole number from 1 on")
    real, generated = real_numbers("real", real, axes=2), real_numbers("generated", generated, axes=2)
    for name, points in (("real", real), ("generated", generated)):
        if len(points) <= k:
            raise InvalidArgument(
                name, f"{len(points)} rows", f"at least {k + 1}: k = {k} neighbours of each, and itself"
            )
    if real.shape[1] != generated.shape[1]:
        raise InvalidArgument("generated", f"{generated.shape[1]} features", f"{real.shape[1]} features, as in real")
    return float(covered(generated, real, k).mean()), float(covered(real, generated, k).mean())


def covered(
    points: Float64[np.ndarray, "m features"], centres: Float64[np.ndarray, "n features"], k: int
) -> Bool[np.ndarray, " m"]:
    """Return whether each point lies in at least one ball, of those about all centres.

    The radius of a centre's ball is the distance to its k-th nearest other centre, with k from 1 to n - 1; another
    centre in the same place counts. A point on the surface is inside.
    """
    radii = np.concatenate([np.partition(part, k, axis=1)[:, k] for part in _distances(centres, centres)])
    return np.concatenate([(part <= radii).any(axis=1) for part in _distances(points, centres)])


def _distances(
    points: Float64[np.ndarray, "m features"], centres: Float64[np.ndarray, "n features"]
) -> Iterator[Float64[np.ndarray, "rows n"]]:
    """Yield the distances of points to all centres, some rows at a time."""
    for start in range(0, len(points), _ROWS):
        yield cdist(points[start : start + _ROWS], centres)
