"""Wrong answers to exercise 41 by someone who had not read the list."""

import numpy as np

from numpy_impl.spectral import power_iteration


class VOfTheStepBefore:
    """V is the one before the last u."""

    @staticmethod
    def power_iteration(W, u, steps):
        for _ in range(steps):
            v = W.T @ u
            v = v / np.linalg.norm(v)
            u = W @ v
            u = u / np.linalg.norm(u)
        return (u, v)


class OneStepMore:
    """One step too many."""

    @staticmethod
    def power_iteration(W, u, steps):
        for _ in range(steps + 1):
            v = W.T @ u
            u = W @ (v / np.linalg.norm(v))
            u = u / np.linalg.norm(u)
        v = W.T @ u
        return (u, v / np.linalg.norm(v))


class ShortensItsArgument:
    """Divides the caller's u by its length in place."""

    @staticmethod
    def power_iteration(W, u, steps):
        u /= np.linalg.norm(u)
        for _ in range(steps):
            v = W.T @ u
            u = W @ (v / np.linalg.norm(v))
            u = u / np.linalg.norm(u)
        v = W.T @ u
        return (u, v / np.linalg.norm(v))


class SmallNumberInLengths:
    """1e-6 is added to lengths: small matrices give u and v that are too short."""

    @staticmethod
    def power_iteration(W, u, steps):
        for _ in range(steps):
            v = W.T @ u
            u = W @ (v / (np.linalg.norm(v) + 1e-06))
            u = u / (np.linalg.norm(u) + 1e-06)
        v = W.T @ u
        return (u, v / (np.linalg.norm(v) + 1e-06))


class WholeDecomposition:
    """The singular vectors of a full decomposition, whatever steps and u."""

    @staticmethod
    def power_iteration(W, u, steps):
        left, _, right = np.linalg.svd(W, full_matrices=False)
        return (left[:, 0], right[0])


class OuterProductTurned:
    """The outer product of v and u."""

    @staticmethod
    def largest_singular_value(W, u, steps):
        u, v = power_iteration(W, u, steps)

        def pullback(ds):
            return ds * np.outer(v, u)

        return ((float(u @ W @ v), u), pullback)


class TheOldVector:
    """The u that went in comes back."""

    @staticmethod
    def largest_singular_value(W, u, steps):
        u0 = u
        u, v = power_iteration(W, u, steps)

        def pullback(ds):
            return ds * np.outer(u, v)

        return ((float(u @ W @ v), u0), pullback)
