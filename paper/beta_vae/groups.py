"""The settings of the beta-VAE metric: pairs of a group, and the factors that may be the fixed one."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from common.data.factors import FACTOR_NAMES
from common.metrics import accuracy_of_differences

FEWER_PAIRS = (5, 10, 20)
ALL_FIVE = 5
SHAPE = FACTOR_NAMES.index("shape")


class Setting(NamedTuple):
    """L pairs a group; five classes, or the four without the shape."""

    L: int
    classes: int

    def __str__(self) -> str:
        return f"L = {self.L}, {'five' if self.classes == ALL_FIVE else 'four'} classes"


def differences(codes: Float[np.ndarray, "groups L 2 J"]) -> dict[int, Float[np.ndarray, "groups J"]]:
    """Return z_diff from the first 5, 10 and 20 pairs of each group, and from all of them."""
    apart, L = np.abs(np.diff(codes.astype(np.float64), axis=2))[:, :, 0], codes.shape[1]
    return {pairs: apart[:, :pairs].mean(axis=1) for pairs in (*(few for few in FEWER_PAIRS if few < L), L)}


def accuracies(
    fixed: Int[np.ndarray, " groups"], z_diff: Mapping[int, Float[np.ndarray, "groups J"]], training: int
) -> dict[Setting, float]:
    """Return the beta-VAE metric for every number of pairs, with five classes and, without the shape, with four."""
    found: dict[Setting, float] = {}
    asked = fixed != SHAPE
    for pairs, apart in z_diff.items():
        found[Setting(pairs, ALL_FIVE)] = accuracy_of_differences(fixed, apart, training)
        found[Setting(pairs, 4)] = accuracy_of_differences(fixed[asked], apart[asked], int(asked[:training].sum()))
    return found
