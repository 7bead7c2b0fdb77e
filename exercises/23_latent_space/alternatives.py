"""Right answers to exercise 23 in other styles."""

from statistics import NormalDist

import numpy as np
from scipy.special import erfinv


class FromTheCovariance:
    """Eigenvectors of the covariance matrix, and a grid made of two lists."""

    @staticmethod
    def principal_components(codes):
        _, vectors = np.linalg.eigh(np.cov(codes, rowvar=False))
        axes = vectors[:, [-1, -2]]
        for axis in axes.T:
            if axis[np.argmax(np.abs(axis))] < 0:
                axis *= -1
        return (codes - np.mean(codes, axis=0)) @ axes

    @staticmethod
    def manifold_grid(side, coverage=0.9):
        values = np.sqrt(2) * erfinv(np.linspace(-coverage, coverage, side))
        return np.column_stack([np.tile(values, side), np.repeat(values[::-1], side)]), values


class WithLoops:
    """One number after the other; the directions by repeated multiplication."""

    @staticmethod
    def principal_components(codes):
        rest = [[float(number) for number in code] for code in codes - codes.mean(axis=0)]
        rest, columns = np.array(rest), []
        for _ in range(2):
            direction = np.ones(rest.shape[1]) + np.arange(rest.shape[1]) / 7
            for _ in range(300):
                direction = rest.T @ (rest @ direction)
                direction /= np.sqrt((direction**2).sum())
            if max(direction) < -min(direction):
                direction = -direction
            columns.append(rest @ direction)
            rest = rest - np.outer(columns[-1], direction)
        return np.stack(columns, axis=1)

    @staticmethod
    def manifold_grid(side, coverage=0.9):
        shares = [(1 - coverage) / 2 + coverage * i / (side - 1) for i in range(side)]
        values = [NormalDist().inv_cdf(share) for share in shares]
        codes = [[across, up] for up in reversed(values) for across in values]
        return np.array(codes), np.array(values)


class SinglePrecision:
    """Scores from the left singular vectors, in float32."""

    @staticmethod
    def principal_components(codes):
        centered = (codes - codes.mean(axis=0)).astype(np.float32)
        u, s, vt = np.linalg.svd(centered)
        signs = np.array([1 if axis[np.abs(axis).argmax()] > 0 else -1 for axis in vt[:2]], dtype=np.float32)
        return u[:, :2] * s[:2] * signs
