"""Wrong answers to exercise 37 besides its misconceptions."""

import numpy as np

SCALES = np.array([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0])


def _kernel(a, b, scales=SCALES, squared=True):
    d = ((a[:, None] - b) ** 2).sum(axis=2)
    C = 2 * a.shape[1] * np.asarray(scales)[:, None, None]
    return (C / (C + (d if squared else np.sqrt(d)))).sum(axis=0)


def _off(n):
    return (1 - np.eye(n)) / (n * (n - 1))


def _gradient(value, z, step=1e-6):
    found = np.zeros_like(z)
    for index in np.ndindex(z.shape):
        move = np.zeros_like(z)
        move[index] = step
        found[index] = (value(z + move) - value(z - move)) / (2 * step)
    return lambda dy: dy * found


class AxesExchanged:
    """squared_distances adds up the wrong axis for each point, and cuts to the shape that is asked for."""

    @staticmethod
    def squared_distances(a, b):
        difference = a[:, None] - b

        def pullback(dy):
            moved = 2 * dy[:, :, None] * difference
            return np.resize(moved.sum(axis=0), a.shape), np.resize(-moved.sum(axis=1), b.shape)

        return (difference**2).sum(axis=2), pullback


class SameSignForBothPoints:
    """squared_distances sends the same sign to both points."""

    @staticmethod
    def squared_distances(a, b):
        difference = a[:, None] - b

        def pullback(dy):
            moved = 2 * dy[:, :, None] * difference
            return moved.sum(axis=1), moved.sum(axis=0)

        return (difference**2).sum(axis=2), pullback


class OnlyTheFirstPoint:
    """squared_distances sends back dy times the difference, added up, without the 2 for a and with it for b."""

    @staticmethod
    def squared_distances(a, b):
        difference = a[:, None] - b

        def pullback(dy):
            moved = dy[:, :, None] * difference
            return moved.sum(axis=1), -2 * moved.sum(axis=0)

        return (difference**2).sum(axis=2), pullback


class LogarithmOfTheKernel:
    """inverse_multiquadratic returns the slope of log(C + squared)."""

    @staticmethod
    def inverse_multiquadratic(squared, D):
        C = 2 * D * SCALES[:, None, None]
        return (C / (C + squared)).sum(axis=0), lambda dy: -dy * (1 / (C + squared)).sum(axis=0)


class SlopeAtZero:
    """inverse_multiquadratic takes the slope at distance 0 everywhere."""

    @staticmethod
    def inverse_multiquadratic(squared, D):
        C = 2 * D * SCALES[:, None, None]
        return (C / (C + squared)).sum(axis=0), lambda dy: -dy * (1 / C).sum()


class WidthsOfOneDimension:
    """unbiased_mmd forgets D in the widths."""

    @staticmethod
    def unbiased_mmd(z, prior):
        D = z.shape[1]

        def value(codes):
            k = [_kernel(one, other, SCALES / D) for one, other in ((codes, codes), (prior, prior), (codes, prior))]
            return float((_off(len(z)) * k[0]).sum() + (_off(len(prior)) * k[1]).sum() - 2 * k[2].mean())

        return value(z), _gradient(value, z)


class OneWidth:
    """unbiased_mmd uses a single kernel of scale 1."""

    @staticmethod
    def unbiased_mmd(z, prior):
        def value(codes):
            k = [_kernel(one, other, SCALES[3:4]) for one, other in ((codes, codes), (prior, prior), (codes, prior))]
            return float((_off(len(z)) * k[0]).sum() + (_off(len(prior)) * k[1]).sum() - 2 * k[2].mean())

        return value(z), _gradient(value, z)


class PairsOfTheSameIndex:
    """unbiased_mmd compares the first code with the first point, the second with the second, and no others."""

    @staticmethod
    def unbiased_mmd(z, prior):
        n = min(len(z), len(prior))

        def value(codes):
            across = np.diagonal(_kernel(codes, prior)[:n, :n]).mean()
            k_codes, k_points = _kernel(codes, codes), _kernel(prior, prior)
            return float((_off(len(z)) * k_codes).sum() + (_off(len(prior)) * k_points).sum() - 2 * across)

        return value(z), _gradient(value, z)


class DiagonalOfThePairsAcross:
    """unbiased_mmd leaves the diagonal out of the pairs across too."""

    @staticmethod
    def unbiased_mmd(z, prior):
        n, m = len(z), len(prior)

        def value(codes):
            weight = 1 - np.eye(n, m)
            across = (weight * _kernel(codes, prior)).sum() / weight.sum()
            return float((_off(n) * _kernel(codes, codes)).sum() + (_off(m) * _kernel(prior, prior)).sum() - 2 * across)

        return value(z), _gradient(value, z)


class DifferenceOfMeans:
    """unbiased_mmd returns the squared distance of the two means."""

    @staticmethod
    def unbiased_mmd(z, prior):
        gap = z.mean(axis=0) - prior.mean(axis=0)
        return float(gap @ gap), lambda dy: np.tile(2 * dy * gap / len(z), (len(z), 1))
