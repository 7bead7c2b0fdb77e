"""NaN and infinity, refused where they would otherwise pass into a number that looks right."""

import numpy as np

from common.errors import InvalidArgument


def require_finite(argument: str, values: np.ndarray, expected: str = "finite numbers", remedy: str = "") -> None:
    """Raise `InvalidArgument`, with how many of the values are NaN and how many infinite, if any is."""
    unusable = values.size - np.count_nonzero(np.isfinite(values))
    if unusable:
        nan = np.count_nonzero(np.isnan(values))
        counts = ((nan, "NaN"), (unusable - nan, "infinite"))
        given = " and ".join(f"{count} {kind}" for count, kind in counts if count)
        raise InvalidArgument(argument, f"{given} among {values.size} numbers", expected, remedy)
