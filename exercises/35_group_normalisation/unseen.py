"""Wrong answers to exercise 35 besides its misconceptions."""

import numpy as np


def _right(x, weight, bias, groups, epsilon):
    """The value, the normalised numbers in groups, and 1 / sqrt(variance + epsilon)."""
    rows = x.reshape(len(x), groups, -1)
    inverse = 1 / np.sqrt(rows.var(axis=2, keepdims=True) + epsilon)
    n = (rows - rows.mean(axis=2, keepdims=True)) * inverse
    return n.reshape(x.shape) * weight[:, None, None] + bias[:, None, None], n, inverse


class Median:
    """The median in place of the mean; the pullback holds it fixed."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        rows = x.reshape(len(x), groups, -1)
        root = np.sqrt(rows.var(axis=2, keepdims=True) + epsilon)
        n = (rows - np.median(rows, axis=2, keepdims=True)) / root

        def pullback(dy):
            dn = (dy * weight[:, None, None]).reshape(n.shape)
            dx = (dn - n * (dn * n).mean(2, keepdims=True)) / root
            return dx.reshape(x.shape), (dy * n.reshape(x.shape)).sum((0, 2, 3)), dy.sum((0, 2, 3))

        return n.reshape(x.shape) * weight[:, None, None] + bias[:, None, None], pullback


class BiasInsideOfTheProduct:
    """The bias is added before the multiplication."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        _, n, inverse = _right(x, weight, bias, groups, epsilon)
        shifted = n.reshape(x.shape) + bias[:, None, None]

        def pullback(dy):
            dn = (dy * weight[:, None, None]).reshape(n.shape)
            dx = inverse * (dn - dn.mean(2, keepdims=True) - n * (dn * n).mean(2, keepdims=True))
            return dx.reshape(x.shape), (dy * shifted).sum((0, 2, 3)), weight * dy.sum((0, 2, 3))

        return shifted * weight[:, None, None], pullback


class RootOfTheRoot:
    """The root is taken twice."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        rows = x.reshape(len(x), groups, -1)
        root = np.sqrt(rows.std(axis=2, keepdims=True) + epsilon)
        n = (rows - rows.mean(axis=2, keepdims=True)) / root

        def pullback(dy):
            dn = (dy * weight[:, None, None]).reshape(n.shape)
            dx = (dn - dn.mean(2, keepdims=True) - n * (dn * n).mean(2, keepdims=True)) / root
            return dx.reshape(x.shape), (dy * n.reshape(x.shape)).sum((0, 2, 3)), dy.sum((0, 2, 3))

        return n.reshape(x.shape) * weight[:, None, None] + bias[:, None, None], pullback


class NoPullbackOfTheNorm:
    """dx is dy times the weight, as if nothing had been normalised."""

    @staticmethod
    def group_norm(x, weight, bias, groups, epsilon):
        y, n, _ = _right(x, weight, bias, groups, epsilon)

        def pullback(dy):
            return dy * weight[:, None, None], (dy * n.reshape(x.shape)).sum((0, 2, 3)), dy.sum((0, 2, 3))

        return y, pullback


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
