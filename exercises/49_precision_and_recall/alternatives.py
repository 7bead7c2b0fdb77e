"""Right answers to exercise 49 in other styles."""

import numpy as np
from scipy.spatial import KDTree


class Loops:
    """One pair after the other, with sorted lists."""

    @staticmethod
    def covered(points, centres, k):
        def distance(a, b):
            return sum((float(x) - float(y)) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5

        radii = []
        for i, centre in enumerate(centres):
            others = [distance(centre, other) for j, other in enumerate(centres) if j != i]
            radii.append(sorted(others)[k - 1])
        return np.array(
            [any(distance(point, c) <= radius for c, radius in zip(centres, radii, strict=True)) for point in points]
        )

    @staticmethod
    def precision_and_recall(real, generated, k=3):
        precision = sum(1 for inside in Loops.covered(generated, real, k) if inside) / len(generated)
        return precision, sum(1 for inside in Loops.covered(real, generated, k) if inside) / len(real)


class Squares:
    """Squared distances, broadcast, in float32; the diagonal is made infinite."""

    @staticmethod
    def covered(points, centres, k):
        points, centres = points.astype(np.float32), centres.astype(np.float32)
        among = ((centres[:, None] - centres[None]) ** 2).sum(-1)
        np.fill_diagonal(among, np.inf)
        across = ((centres[:, None] - points[None]) ** 2).sum(-1)
        return np.any(across <= np.sort(among, axis=0)[k - 1][:, None], axis=0)

    @staticmethod
    def precision_and_recall(real, generated, k=3):
        return [np.float32(Squares.covered(a, b, k).mean()) for a, b in ((generated, real), (real, generated))]


class Products:
    """Squared distances by norms and inner products; how far inside of the deepest ball, as 0 and 1."""

    @staticmethod
    def covered(points, centres, k):
        def squared(a, b):
            return (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T

        radii = np.partition(squared(centres, centres), k)[:, k]
        return ((squared(points, centres) - radii).min(axis=1) <= 0).astype(int)


class Trees:
    """A search tree of the centres, and one of the points."""

    @staticmethod
    def covered(points, centres, k):
        radii = KDTree(centres).query(centres, [k + 1])[0][:, 0]
        inside, tree = np.zeros(len(points), bool), KDTree(points)
        for centre, radius in zip(centres, radii, strict=True):
            near = np.array(tree.query_ball_point(centre, radius * 1.001), int)
            inside[near] |= np.linalg.norm(points[near] - centre, axis=1) <= radius
        return inside


class CountingNeighbours:
    """Turned round: a point is in the ball of a centre if fewer than k others are nearer to that centre."""

    @staticmethod
    def covered(points, centres, k):
        inside = []
        for point in points:
            found = False
            for i, centre in enumerate(centres):
                others = np.delete(centres, i, axis=0)
                nearer = np.linalg.norm(others - centre, axis=1) < np.linalg.norm(point - centre)
                found = found or nearer.sum() < k
            inside.append(found)
        return np.array(inside)

    @staticmethod
    def precision_and_recall(real, generated, k=3):
        precision = np.mean(CountingNeighbours.covered(generated, real, k))
        return precision, np.mean(CountingNeighbours.covered(real, generated, k))
