"""Wrong answers to exercise 23, written without sight of its misconceptions."""

import numpy as np
from scipy.special import ndtri


class OneSignForBothAxes:
    """Both axes are turned by the sign of the one entry that is largest in the whole matrix of axes."""

    @staticmethod
    def principal_components(codes):
        centered = codes - codes.mean(axis=0)
        _, _, rows = np.linalg.svd(centered, full_matrices=False)
        axes = rows[:2].T
        sign = np.sign(axes.ravel()[np.abs(axes).argmax()])
        return centered @ (axes * sign)


class LargestEntryWithoutItsSize:
    """The largest entry is looked for without taking the absolute value, so a large negative one is overlooked."""

    @staticmethod
    def principal_components(codes):
        centered = codes - codes.mean(axis=0)
        _, _, rows = np.linalg.svd(centered, full_matrices=False)
        axes = rows[:2].T
        signs = np.sign(axes[axes.argmax(axis=0), [0, 1]])
        return centered @ (axes * signs)


class SignOfTheSum:
    """An axis is turned such that its entries add up to something positive."""

    @staticmethod
    def principal_components(codes):
        centered = codes - codes.mean(axis=0)
        _, _, rows = np.linalg.svd(centered, full_matrices=False)
        axes = rows[:2].T
        return centered @ (axes * np.sign(axes.sum(axis=0)))


class SignOfThePlaces:
    """The sign is taken from the place that is farthest out instead of from the entry of the axis."""

    @staticmethod
    def principal_components(codes):
        centered = codes - codes.mean(axis=0)
        _, _, rows = np.linalg.svd(centered, full_matrices=False)
        places = centered @ rows[:2].T
        return places * np.sign(places[np.abs(places).argmax(axis=0), [0, 1]])


class ColumnsOfTheTransposedMatrix:
    """The first two columns of V^T are taken as axes, not its first two rows."""

    @staticmethod
    def principal_components(codes):
        centered = codes - codes.mean(axis=0)
        _, _, rows = np.linalg.svd(centered, full_matrices=True)
        axes = rows[:, :2]
        signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
        return centered @ (axes * signs)


class LeastFirst:
    """The eigenvectors of the covariance are used in ascending order, so the second greatest comes first."""

    @staticmethod
    def principal_components(codes):
        centered = codes - codes.mean(axis=0)
        _, vectors = np.linalg.eigh(centered.T @ centered)
        axes = vectors[:, -2:]
        signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
        return centered @ (axes * signs)


class Standardized:
    """Every latent is divided by its standard deviation first."""

    @staticmethod
    def principal_components(codes):
        centered = (codes - codes.mean(axis=0)) / codes.std(axis=0)
        _, _, rows = np.linalg.svd(centered, full_matrices=False)
        axes = rows[:2].T
        signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
        return centered @ (axes * signs)


class MeanOfEachCode:
    """Each code loses the mean of its own latents instead of the mean code."""

    @staticmethod
    def principal_components(codes):
        centered = codes - codes.mean(axis=1, keepdims=True)
        _, _, rows = np.linalg.svd(centered, full_matrices=False)
        axes = rows[:2].T
        signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
        return centered @ (axes * signs)


class CodesChangedInPlace:
    """The mean is subtracted in the caller's own array."""

    @staticmethod
    def principal_components(codes):
        codes -= codes.mean(axis=0)
        _, _, rows = np.linalg.svd(codes, full_matrices=False)
        axes = rows[:2].T
        signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
        return codes @ (axes * signs)


class TwoLatentsLeftAlone:
    """Codes of two latents are only centered, not turned onto their directions."""

    @staticmethod
    def principal_components(codes):
        centered = codes - codes.mean(axis=0)
        if codes.shape[1] == 2:
            return centered
        _, _, rows = np.linalg.svd(centered, full_matrices=False)
        axes = rows[:2].T
        signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
        return centered @ (axes * signs)


class AxesCenteredCodesNot:
    """The axes come from the centered codes, but the codes themselves are projected, mean and all."""

    @staticmethod
    def principal_components(codes):
        _, _, rows = np.linalg.svd(codes - codes.mean(axis=0), full_matrices=False)
        axes = rows[:2].T
        signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
        return codes @ (axes * signs)


class TailOnOneSideOnly:
    """All that the coverage leaves out is cut off on each side, as from 0.1 to 0.9 for a coverage of 0.9."""

    @staticmethod
    def manifold_grid(side, coverage=0.9):
        values = ndtri(np.linspace(1 - coverage, coverage, side))
        across, up = np.meshgrid(values, values[::-1])
        return np.stack([across.ravel(), up.ravel()], axis=1), values


class EqualStepsOfZ:
    """The ends are right, but the steps between them are equal in z instead of in probability."""

    @staticmethod
    def manifold_grid(side, coverage=0.9):
        end = ndtri(0.5 + coverage / 2)
        values = np.linspace(-end, end, side)
        across, up = np.meshgrid(values, values[::-1])
        return np.stack([across.ravel(), up.ravel()], axis=1), values


class MiddlesOfCells:
    """The probabilities are the middles of `side` equal cells and do not reach the ends of the coverage."""

    @staticmethod
    def manifold_grid(side, coverage=0.9):
        values = ndtri(0.5 - coverage / 2 + coverage * (np.arange(side) + 0.5) / side)
        across, up = np.meshgrid(values, values[::-1])
        return np.stack([across.ravel(), up.ravel()], axis=1), values


class CoverageHardCoded:
    """The probabilities always run from 0.05 to 0.95, whatever the coverage."""

    @staticmethod
    def manifold_grid(side, coverage=0.9):
        values = ndtri(np.linspace(0.05, 0.95, side))
        across, up = np.meshgrid(values, values[::-1])
        return np.stack([across.ravel(), up.ravel()], axis=1), values


class ColumnByColumn:
    """The codes run down the columns of the plot instead of along its rows."""

    @staticmethod
    def manifold_grid(side, coverage=0.9):
        values = ndtri(np.linspace(0.5 - coverage / 2, 0.5 + coverage / 2, side))
        codes = [(x, y) for x in values for y in values[::-1]]
        return np.array(codes), values


class ValuesReversedToo:
    """The values are turned round for the plot and returned in descending order."""

    @staticmethod
    def manifold_grid(side, coverage=0.9):
        values = ndtri(np.linspace(0.5 - coverage / 2, 0.5 + coverage / 2, side))[::-1]
        across, up = np.meshgrid(values[::-1], values)
        return np.stack([across.ravel(), up.ravel()], axis=1), values


class AbsoluteCoverageInEitherAxis:
    """The coverage is split between the two axes, so each axis spans the root of it."""

    @staticmethod
    def manifold_grid(side, coverage=0.9):
        each = np.sqrt(coverage)
        values = ndtri(np.linspace(0.5 - each / 2, 0.5 + each / 2, side))
        across, up = np.meshgrid(values, values[::-1])
        return np.stack([across.ravel(), up.ravel()], axis=1), values
