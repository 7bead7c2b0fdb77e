"""Wrong answers to exercise 48 besides its misconceptions."""

import numpy as np


def moments(rows):
    """Return mean and covariance."""
    return rows.mean(0), np.atleast_2d(np.cov(rows, rowvar=False))


class InversesForRoots:
    """The KL divergence of the two Gaussians."""

    @staticmethod
    def frechet_distance(one, other):
        (m1, c1), (m2, c2) = moments(one), moments(other)
        inverse = np.linalg.pinv(c2)
        return float((np.trace(inverse @ c1) + (m1 - m2) @ inverse @ (m1 - m2) - len(m1)) / 2)


class SumOverRows:
    """The mean over features of each row, and not over rows."""

    @staticmethod
    def frechet_distance(one, other):
        (_, c1), (_, c2) = moments(one), moments(other)
        roots = np.sqrt(np.maximum(np.linalg.eigvals(c1 @ c2).real, 0))
        return float((one.mean() - other.mean()) ** 2 + np.trace(c1) + np.trace(c2) - 2 * roots.sum())


class LargestEigenvalue:
    """The root of the largest eigenvalue alone."""

    @staticmethod
    def frechet_distance(one, other):
        (m1, c1), (m2, c2) = moments(one), moments(other)
        root = np.sqrt(np.linalg.eigvals(c1 @ c2).real.max())
        return float(((m1 - m2) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * root)


class FourthRoot:
    """The root is taken twice."""

    @staticmethod
    def frechet_distance(one, other):
        (m1, c1), (m2, c2) = moments(one), moments(other)
        roots = np.maximum(np.linalg.eigvals(c1 @ c2).real, 0) ** 0.25
        return float(((m1 - m2) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * roots.sum())


class CentredInPlace:
    """Right, but the rows are centred in the arrays that came in."""

    @staticmethod
    def frechet_distance(one, other):
        m1, m2 = one.mean(0), other.mean(0)
        one -= m1
        other -= m2
        c1, c2 = one.T @ one / (len(one) - 1), other.T @ other / (len(other) - 1)
        roots = np.sqrt(np.maximum(np.linalg.eigvals(c1 @ c2).real, 0))
        return float(((m1 - m2) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * roots.sum())


class RootOfTheSum:
    """tr (C1 + C2) - 2 tr ((C1 + C2) / 2)^(1/2)."""

    @staticmethod
    def frechet_distance(one, other):
        (m1, c1), (m2, c2) = moments(one), moments(other)
        roots = np.sqrt(np.maximum(np.linalg.eigvalsh((c1 + c2) / 2), 0))
        return float(((m1 - m2) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * roots.sum())
