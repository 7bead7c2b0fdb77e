"""The largest singular value of a matrix by power iteration, and its pullback.

It is the term that spectral regularisation adds to a loss. Source: Yoshida & Miyato 2017 (arXiv 1705.10941).
"""

import numpy as np
from jaxtyping import Float

from numpy_impl.operations import Array, Pullback

Rows = Float[Array, " rows"]
Columns = Float[Array, " columns"]


def power_iteration(W: Float[Array, "rows columns"], u: Rows, steps: int) -> tuple[Rows, Columns]:
    """Return (u, v), the singular vectors of the largest singular value of W, closer to them with each step.

    A step makes v from W^T u, and a new u from W v, each divided by its length. After the last one v is made once more,
    so that it belongs to the u that is returned. The u that comes in has any length but 0; at least one step is taken.
    """
    for _ in range(steps):
        v = W.T @ u
        u = W @ (v / np.linalg.norm(v))
        u = u / np.linalg.norm(u)
    v = W.T @ u
    return u, v / np.linalg.norm(v)


def largest_singular_value(W: Float[Array, "rows columns"], u: Rows, steps: int) -> tuple[tuple[float, Rows], Pullback]:
    """Return (s, u) with s = u^T W v after some steps, and the pullback ds -> dW; ds is a number.

    u and v count as constants, so dW is ds times the outer product of u and v: at the singular vectors s does not
    change with them, to first order. The u that is returned is where the next iteration starts.
    """
    u, v = power_iteration(W, u, steps)

    def pullback(ds: float) -> Float[Array, "rows columns"]:
        return ds * np.outer(u, v)

    return (float(u @ W @ v), u), pullback
