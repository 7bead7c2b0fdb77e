"""Right answers to exercise 48 in other styles."""

import warnings

import numpy as np
from scipy.linalg import sqrtm


class MatrixRoot:
    """The root of the product itself, as the original program takes it."""

    @staticmethod
    def frechet_distance(one, other):
        c1, c2 = (np.cov(rows.T).reshape(rows.shape[1], rows.shape[1]) for rows in (one, other))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a singular product, whose root it finds all the same
            root = np.real(sqrtm(c1 @ c2))
        gap = one.mean(axis=0) - other.mean(axis=0)
        return gap @ gap + np.trace(c1 + c2 - 2 * root)


class SymmetricRoot:
    """The root of C1^(1/2) C2 C1^(1/2), which is symmetric and has the same eigenvalues."""

    @staticmethod
    def frechet_distance(one, other):
        def moments(rows):
            centred = rows - rows.mean(0)
            return rows.mean(0), np.einsum("ni,nj->ij", centred, centred) / (len(rows) - 1)

        def root(c):
            values, vectors = np.linalg.eigh((c + c.T) / 2)
            return (vectors * np.sqrt(values.clip(min=0))) @ vectors.T

        (m1, c1), (m2, c2) = moments(one), moments(other)
        half = root(c1)
        return float(np.sum((m1 - m2) ** 2) + np.trace(c1) + np.trace(c2) - 2 * np.trace(root(half @ c2 @ half)))


class NuclearNorm:
    """No covariance at all: the trace of the root is the sum of the singular values of A B^T, of centred rows."""

    @staticmethod
    def frechet_distance(one, other):
        a, b = ((rows - rows.mean(0)) / np.sqrt(len(rows) - 1) for rows in (one, other))
        means = np.linalg.norm(one.mean(0) - other.mean(0)) ** 2
        return means + (a**2).sum() + (b**2).sum() - 2 * np.linalg.norm(a @ b.T, "nuc")


class InSinglePrecision:
    """The same in float32, by singular values of triangular factors."""

    @staticmethod
    def frechet_distance(one, other):
        a, b = ((rows - rows.mean(0)).astype(np.float32) / np.sqrt(np.float32(len(rows) - 1)) for rows in (one, other))
        r1, r2 = np.linalg.qr(a, mode="r"), np.linalg.qr(b, mode="r")
        gap = (one.mean(0) - other.mean(0)).astype(np.float32)
        return gap @ gap + np.sum(r1**2) + np.sum(r2**2) - 2 * np.linalg.svd(r1 @ r2.T, compute_uv=False).sum()


class Procrustes:
    """The least squared distance of the two Gaussians' axes after the best turn of one of them."""

    @staticmethod
    def frechet_distance(one, other):
        def axes(rows):
            values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(rows, rowvar=False)))
            return vectors * np.sqrt(np.maximum(values, 0))

        a, b = axes(one), axes(other)
        u, _, vt = np.linalg.svd(b.T @ a)
        return ((a - b @ u @ vt) ** 2).sum() + ((one.mean(0) - other.mean(0)) ** 2).sum()


class OneNumberAfterAnother:
    """Lists, and loops over rows and features; the eigenvalues may come out complex."""

    @staticmethod
    def frechet_distance(one, other):
        def describe(rows):
            n, d = len(rows), len(rows[0])
            mean = [sum(float(row[j]) for row in rows) / n for j in range(d)]
            c = [
                [sum((row[i] - mean[i]) * (row[j] - mean[j]) for row in rows) / (n - 1) for j in range(d)]
                for i in range(d)
            ]
            return mean, c

        (m1, c1), (m2, c2) = describe(one.tolist()), describe(other.tolist())
        total = sum((a - b) ** 2 for a, b in zip(m1, m2, strict=True))
        total += sum(c1[j][j] + c2[j][j] for j in range(len(m1)))
        eigenvalues = np.linalg.eigvals(np.array(c1) @ np.array(c2)).astype(complex)
        return total - 2 * np.sqrt(eigenvalues).sum().real
