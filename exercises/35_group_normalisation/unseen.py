"""Wrong answers to exercise 35 besides its misconceptions."""

import numpy as np


def _right(x, weight, bias, groups, epsilon):
    """The value, the normalised numbers in groups, and 1 / sqrt(variance + epsilon)."""
    rows = x.reshape(len(x), groups, -1)
    inverse = 1 / np.sqrt(rows.var(axis=2, keepdims=True) + epsilon)
    n = (rows - rows.mean(axis=2, keepdims=True)) * inverse
    return n.reshape(x.shape) * weight[:, None, None] + bias[:, None, None], n, inverse


class Median:
    """The median in place of the mean."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        rows = x.reshape(len(x), groups, -1)
        centred = rows - np.median(rows, axis=2, keepdims=True)
        n = centred / np.sqrt(rows.var(axis=2, keepdims=True) + epsilon)
        return n.reshape(x.shape) * weight[:, None, None] + bias[:, None, None], lambda dy: (dy, weight, bias)


class BiasInsideOfTheNorm:
    """The bias is added before the multiplication."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        _, n, _ = _right(x, weight, bias, groups, epsilon)
        return (n.reshape(x.shape) + bias[:, None, None]) * weight[:, None, None], lambda dy: (dy, weight, bias)


class EpsilonSquared:
    """epsilon is taken for a standard deviation and squared."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        y, *_ = _right(x, weight, bias, groups, epsilon**2)
        return y, lambda dy: (dy, weight, bias)


class VarianceFromTheFirstImage:
    """All images are divided by the standard deviation of the first."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        rows = x.reshape(len(x), groups, -1)
        root = np.sqrt(rows[:1].var(axis=2, keepdims=True) + epsilon)
        n = (rows - rows.mean(axis=2, keepdims=True)) / root
        return n.reshape(x.shape) * weight[:, None, None] + bias[:, None, None], lambda dy: (dy, weight, bias)


class MeansOverTheBatchInThePullback:
    """The value is right; the pullback takes its two means over the batch as well."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        y, n, inverse = _right(x, weight, bias, groups, epsilon)

        def pullback(dy):
            dn = (dy * weight[:, None, None]).reshape(n.shape)
            dx = inverse * (dn - dn.mean((0, 2), keepdims=True) - n * (dn * n).mean((0, 2), keepdims=True))
            return dx.reshape(x.shape), (dy * n.reshape(x.shape)).sum((0, 2, 3)), dy.sum((0, 2, 3))

        return y, pullback


class VarianceForRootInThePullback:
    """dx is divided by the variance."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        y, n, inverse = _right(x, weight, bias, groups, epsilon)

        def pullback(dy):
            dn = (dy * weight[:, None, None]).reshape(n.shape)
            dx = inverse**2 * (dn - dn.mean(2, keepdims=True) - n * (dn * n).mean(2, keepdims=True))
            return dx.reshape(x.shape), (dy * n.reshape(x.shape)).sum((0, 2, 3)), dy.sum((0, 2, 3))

        return y, pullback


class WeightAndBiasExchanged:
    """dweight and dbias come in the other order."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        y, n, inverse = _right(x, weight, bias, groups, epsilon)

        def pullback(dy):
            dn = (dy * weight[:, None, None]).reshape(n.shape)
            dx = inverse * (dn - dn.mean(2, keepdims=True) - n * (dn * n).mean(2, keepdims=True))
            return dx.reshape(x.shape), dy.sum((0, 2, 3)), (dy * n.reshape(x.shape)).sum((0, 2, 3))

        return y, pullback
