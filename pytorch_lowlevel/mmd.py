"""The maximum mean discrepancy of two samples with autograd; `numpy_impl.mmd` has the same with pullbacks.

Source: Gretton et al. 2012, lemma 6, eq. 3, with the kernel of Tolstikhin et al. 2018 (arXiv 1711.01558).
"""

from jaxtyping import Float
from torch import Tensor

from common.errors import InvalidArgument

SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Widths of the kernel, in units of 2 D."""


def squared_distances(a: Float[Tensor, "n D"], b: Float[Tensor, "m D"]) -> Float[Tensor, "n m"]:
    """|a_i - b_j|^2 of every pair, not by way of a root, whose gradient is no number where a point meets itself."""
    return (a[:, None] - b).square().sum(2)


def inverse_multiquadratic(squared: Float[Tensor, "n m"], D: int) -> Float[Tensor, "n m"]:
    """The kernel sum_s C_s / (C_s + squared) of every pair, with C_s = 2 D s and s from `SCALES`."""
    total = squared.new_zeros(squared.shape)
    for s in SCALES:
        C = 2 * D * s
        total = total + C / (C + squared)
    return total


def unbiased_mmd(z: Float[Tensor, "n D"], prior: Float[Tensor, "m D"]) -> Float[Tensor, ""]:
    """Estimate the squared MMD of two samples without bias: no point is paired with itself, so it may be below 0.

    Raises
    ------
    InvalidArgument
        If a sample has fewer than two rows, and so no pair.
    """
    for name, rows in (("z", len(z)), ("prior", len(prior))):
        if rows < 2:
            raise InvalidArgument(name, f"{rows} rows", "at least two, which make a pair")
    across = inverse_multiquadratic(squared_distances(z, prior), z.shape[1])
    return _of_different_points(z) + _of_different_points(prior) - 2 * across.mean()


def _of_different_points(points: Float[Tensor, "n D"]) -> Float[Tensor, ""]:
    """The mean kernel of two different points of a sample."""
    n, D = points.shape
    kernel = inverse_multiquadratic(squared_distances(points, points), D)
    return (kernel.sum() - kernel.diagonal().sum()) / (n * (n - 1))
