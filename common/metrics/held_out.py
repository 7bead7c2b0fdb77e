"""The split of metrics that train a classifier: fitted on the first rows, measured on the others."""

import numpy as np
from jaxtyping import Int

from common.errors import InvalidArgument


def check_training(training: int, rows: int) -> None:
    """Raise `InvalidArgument` unless ``training`` rows to learn from leave others to be measured on."""
    if not 0 < training < rows:
        raise InvalidArgument("training", training, f"a number from 1 to {rows - 1}, of {rows} rows")


def changing_factors(factors: Int[np.ndarray, "n factors"]) -> Int[np.ndarray, "n changing"]:
    """Return the factors that have more than one value.

    Raises
    ------
    InvalidArgument
        If there is none.
    """
    changing = factors[:, (factors != factors[0]).any(axis=0)]
    if changing.shape[1] == 0:
        raise InvalidArgument("factors", "factors of one value each", "at least one factor that changes")
    return changing
