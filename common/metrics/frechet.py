"""How far two sets of features are apart, as two Gaussians (Frechet 1957; used on images by Heusel et al. 2017)."""

import numpy as np
from jaxtyping import Float

from common.errors import InvalidArgument
from common.metrics.inputs import real_numbers


def frechet_distance(one: Float[np.ndarray, "n features"], other: Float[np.ndarray, "m features"]) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of the means and covariances of two sets of features.

    0 for equal means and covariances, in squared units of the features. Finite sets are never at 0, even of one
    distribution: print the distance of two real sets beside it. Numbers of other features cannot be compared.

    Raises
    ------
    InvalidArgument
        If a set has no more rows than features (its covariance would be singular), if it holds what is not a finite
        number, or if the two have not the same number of features.
    """
    one, other = real_numbers("one", one, axes=2), real_numbers("other", other, axes=2)
    for name, features in (("one", one), ("other", other)):
        if len(features) <= features.shape[1]:
            found = f"{len(features)} rows of {features.shape[1]} features"
            raise InvalidArgument(name, found, f"at least {features.shape[1] + 1} rows")
    if one.shape[1] != other.shape[1]:
        raise InvalidArgument("other", f"{other.shape[1]} features", f"{one.shape[1]} features, as in one")
    (m1, c1), (m2, c2) = ((rows.mean(0), np.atleast_2d(np.cov(rows, rowvar=False))) for rows in (one, other))
    # the eigenvalues of C1 C2 are real and at least 0; rounding makes some of them a little negative, or complex
    roots = np.sqrt(np.maximum(np.linalg.eigvals(c1 @ c2).real, 0))
    return float(((m1 - m2) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * roots.sum())
