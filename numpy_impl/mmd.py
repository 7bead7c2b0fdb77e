"""The maximum mean discrepancy of two samples, which says how far apart their distributions are, and its pullback.

z has a row for each of n codes, the prior's sample a row for each of its m points; both rows hold D numbers. Source:
Gretton et al. 2012, lemma 6, eq. 3, with the kernel of Tolstikhin et al. 2018 (arXiv 1711.01558).
"""

import numpy as np
from jaxtyping import Float

from common.errors import InvalidArgument
from numpy_impl.operations import Array, Pullback, PullbackToMany

SCALES = np.array([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0])
"""Widths of the kernel, in units of 2 D, the expected squared distance of two points of N(0, I) in D dimensions."""

Pairs = Float[Array, "n m"]


def squared_distances(a: Float[Array, "n D"], b: Float[Array, "m D"]) -> tuple[Pairs, PullbackToMany]:
    """|a_i - b_j|^2 of every pair, with its pullback dy -> (da, db)."""
    difference = a[:, None] - b

    def pullback(dy: Pairs) -> tuple[Array, Array]:
        moved = 2 * dy[:, :, None] * difference
        return moved.sum(axis=1), -moved.sum(axis=0)

    return (difference**2).sum(axis=2), pullback


def inverse_multiquadratic(squared: Pairs, D: int) -> tuple[Pairs, Pullback]:
    """The kernel sum_s C_s / (C_s + squared) of every pair, C_s = 2 D s, with its pullback dy -> dsquared.

    ``squared`` holds squared distances, and s runs over `SCALES`. A kernel of a single width has no slope far from
    there; the sum of seven has one at all distances that occur.
    """
    C = 2 * D * SCALES[:, None, None]
    kernels = C / (C + squared)

    def pullback(dy: Pairs) -> Pairs:
        return -dy * (kernels**2 / C).sum(axis=0)

    return kernels.sum(axis=0), pullback


def unbiased_mmd(z: Float[Array, "n D"], prior: Float[Array, "m D"]) -> tuple[float, Pullback]:
    """Estimate the squared MMD of two samples without bias, with the pullback dy -> dz; dy is a number.

    It is the mean kernel of two different codes, plus that of two different points of the prior, minus twice that of a
    code and a point of the prior. No point is paired with itself: there the kernel is at its largest, whatever the
    distributions are. Where these agree the expectation is 0, and the estimate is often below. The prior's sample is
    data, and gets no gradient.

    Raises
    ------
    InvalidArgument
        If a sample has fewer than two rows, and so no pair.
    """
    for name, rows in (("z", len(z)), ("prior", len(prior))):
        if rows < 2:
            raise InvalidArgument(name, f"{rows} rows", "at least two, which make a pair")
    n, m, D = len(z), len(prior), z.shape[1]
    among, to_codes = squared_distances(z, z)
    across, to_pairs = squared_distances(z, prior)
    k_codes, pull_codes = inverse_multiquadratic(among, D)
    k_across, pull_across = inverse_multiquadratic(across, D)
    k_points, _ = inverse_multiquadratic(squared_distances(prior, prior)[0], D)
    of_codes = (1 - np.eye(n)) / (n * (n - 1))
    of_points = (1 - np.eye(m)) / (m * (m - 1))
    value = (of_codes * k_codes).sum() + (of_points * k_points).sum() - 2 * k_across.mean()

    def pullback(dy: float) -> Float[Array, "n D"]:
        first, second = to_codes(pull_codes(dy * of_codes))
        third, _ = to_pairs(pull_across(np.full((n, m), -2 * dy / (n * m))))
        return first + second + third

    return float(value), pullback
