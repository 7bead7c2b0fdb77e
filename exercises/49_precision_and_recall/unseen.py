"""Wrong answers to exercise 49 besides its misconceptions."""

import numpy as np
from scipy.spatial.distance import cdist


def radii(points, k):
    """Return the distance of every point to its k-th nearest neighbour."""
    return np.sort(cdist(points, points))[:, k]


class MedianRadius:
    """One radius for all balls, the median."""

    @staticmethod
    def precision_and_recall(real, generated, k=3):
        across = cdist(generated, real)
        return (
            (across <= np.median(radii(real, k))).any(1).mean(),
            (across <= np.median(radii(generated, k))).any(0).mean(),
        )


class BothBalls:
    """A point must lie in a ball, and that ball's centre in the point's own."""

    @staticmethod
    def precision_and_recall(real, generated, k=3):
        across = cdist(generated, real)
        inside = (across <= radii(real, k)) & (across <= radii(generated, k)[:, None])
        return inside.any(1).mean(), inside.any(0).mean()


class BallsThatTouch:
    """A point counts if its ball and one of the other set meet."""

    @staticmethod
    def precision_and_recall(real, generated, k=3):
        meet = cdist(generated, real) <= radii(real, k) + radii(generated, k)[:, None]
        return meet.any(1).mean(), meet.any(0).mean()


class Enclosed:
    """A point counts if it lies within the range of the other set, feature by feature."""

    @staticmethod
    def precision_and_recall(real, generated, k=3):
        def share(points, others):
            return ((points >= others.min(0)) & (points <= others.max(0))).all(1).mean()

        return share(generated, real), share(real, generated)


class CountOfPoints:
    """How many points are inside, and not which share."""

    @staticmethod
    def precision_and_recall(real, generated, k=3):
        across = cdist(generated, real)
        return (across <= radii(real, k)).any(1).sum(), (across <= radii(generated, k)[:, None]).any(0).sum()


class ClassifiedByNeighbours:
    """The share of points with a neighbour of the other set among their k nearest of both."""

    @staticmethod
    def precision_and_recall(real, generated, k=3):
        both = np.concatenate([real, generated])
        is_real = np.arange(len(both)) < len(real)
        near = np.argsort(cdist(both, both), axis=1)[:, 1 : k + 1]
        other = (is_real[near] != is_real[:, None]).any(1)
        return other[~is_real].mean(), other[is_real].mean()
