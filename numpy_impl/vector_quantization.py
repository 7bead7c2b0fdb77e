"""The quantiser of a VQ-VAE: the nearest code, the straight-through estimator, and the two terms that bring codes and
encoder together.

z_e has a row for each position of each image, the codebook a row for each code; both rows hold D numbers. Source: van
den Oord et al. 2017 (arXiv 1711.00937), sections 3.1 and 3.2.
"""

import numpy as np
from jaxtyping import Float, Int

from numpy_impl.operations import Array, Pullback

Rows = Float[Array, "rows D"]
PerRow = Float[Array, " rows"]
Codebook = Float[Array, "codes D"]


def nearest_codes(z_e: Rows, codebook: Codebook) -> Int[np.ndarray, " rows"]:
    """argmin_k |z_e - e_k|^2 for every row: the index of its nearest code, the first of those equally near (eq. 1)."""
    return ((z_e[:, None] - codebook) ** 2).sum(axis=2).argmin(axis=1)


def straight_through(z_e: Rows, codebook: Codebook) -> tuple[Rows, Int[np.ndarray, " rows"], Pullback]:
    """z_q, the nearest code of every row (eq. 2), its index, and the pullback dz_q -> dz_e.

    The true derivative of z_q is 0 almost everywhere: a small step of z_e does not change which code is the nearest.
    The straight-through estimator pretends that z_q is z_e plus a constant, so that dz_e = dz_q. The codebook gets no
    gradient from here.
    """
    codes = nearest_codes(z_e, codebook)

    def pullback(dz_q: Rows) -> Rows:
        return dz_q.copy()

    return codebook[codes], codes, pullback


def codebook_loss(z_e: Rows, codebook: Codebook, codes: Int[np.ndarray, " rows"]) -> tuple[PerRow, Pullback]:
    """|sg[z_e] - e|^2 of every row and its code e, with the pullback dy -> dcodebook (eq. 3, second term).

    sg, the stop-gradient, holds z_e fixed: this term moves the codes alone. A code that several rows chose gets the sum
    of their gradients, one that no row chose gets 0.
    """
    difference = codebook[codes] - z_e

    def pullback(dy: PerRow) -> Codebook:
        dcodebook = np.zeros_like(codebook)
        np.add.at(dcodebook, codes, 2 * dy[:, None] * difference)
        return dcodebook

    return (difference**2).sum(axis=1), pullback


def commitment_loss(z_e: Rows, codebook: Codebook, codes: Int[np.ndarray, " rows"]) -> tuple[PerRow, Pullback]:
    """|z_e - sg[e]|^2 of every row and its code e, with the pullback dy -> dz_e (eq. 3, third term, without its beta).

    The same number as `codebook_loss`, but here e is held fixed: this term moves the encoder alone.
    """
    difference = z_e - codebook[codes]

    def pullback(dy: PerRow) -> Rows:
        return 2 * dy[:, None] * difference

    return (difference**2).sum(axis=1), pullback
