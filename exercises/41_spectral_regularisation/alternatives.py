"""Right answers to exercise 41 in other styles."""

import numpy as np


class OneProduct:
    """A step of u by W W^T, whose length is divided out at once."""

    @staticmethod
    def power_iteration(W, u, steps):
        for _ in range(steps):
            u = W @ (W.T @ (u / np.sqrt(u @ u)))
            u = u / np.sqrt(u @ u)
        v = u @ W
        return u, v / np.sqrt(v @ v)

    @staticmethod
    def largest_singular_value(W, u, steps):
        u, v = OneProduct.power_iteration(W, u, steps)
        return (float(np.linalg.norm(W.T @ u)), u), lambda ds: ds * u[:, None] * v[None, :]


class FromTheDecomposition:
    """The same steps in the basis of singular vectors, where each multiplies u's coordinates by S^2."""

    @staticmethod
    def power_iteration(W, u, steps):
        U, S, Vt = np.linalg.svd(W, full_matrices=False)
        at = (S / S[0]) ** (2 * steps) * (U.T @ u)
        at = at / np.linalg.norm(at)
        return U @ at, Vt.T @ (S * at) / np.linalg.norm(S * at)

    @staticmethod
    def largest_singular_value(W, u, steps):
        u, v = FromTheDecomposition.power_iteration(W, u, steps)
        return (np.einsum("i,ij,j->", u, W, v), u), lambda ds: np.einsum("i,j->ij", u, ds * v)


class Loops:
    """Sums written out."""

    @staticmethod
    def power_iteration(W, u, steps):
        rows, columns = W.shape
        u = [float(one) for one in u]

        def made(count, of, product):
            found = [sum(product(i, j) for j in range(of)) for i in range(count)]
            length = sum(one * one for one in found) ** 0.5
            return [one / length for one in found]

        for step in range(steps + 1):
            before = u
            v = made(columns, rows, lambda j, i, u=before: W[i, j] * u[i])
            if step < steps:
                u = made(rows, columns, lambda i, j, v=v: W[i, j] * v[j])
        return np.array(u), np.array(v)

    @staticmethod
    def largest_singular_value(W, u, steps):
        u, v = Loops.power_iteration(W, u, steps)

        def pullback(ds):
            dW = np.zeros(W.shape)
            for i in range(len(u)):
                for j in range(len(v)):
                    dW[i, j] = ds * u[i] * v[j]
            return dW

        return (sum(u[i] * W[i, j] * v[j] for i in range(len(u)) for j in range(len(v))), u), pullback


class SinglePrecision:
    """The same in float32."""

    @staticmethod
    def power_iteration(W, u, steps):
        W, u = np.asarray(W, np.float32), np.asarray(u, np.float32)
        for _ in range(steps):
            v = W.T @ (u / np.linalg.norm(u))
            u = W @ (v / np.linalg.norm(v))
        u = u / np.linalg.norm(u)
        v = W.T @ u
        return u, v / np.linalg.norm(v)

    @staticmethod
    def largest_singular_value(W, u, steps):
        u, v = SinglePrecision.power_iteration(W, u, steps)
        return (u @ np.asarray(W, np.float32) @ v, u), lambda ds: np.float32(ds) * np.outer(u, v)
