"""The quantiser of a VQ-VAE: the nearest code, the straight-through estimator, the two terms that bring codes and
encoder together, and moving averages in the place of the first of them.

z_e has a row for each position of each image, the codebook a row for each code; both rows hold D numbers. Source: van
den Oord et al. 2017 (arXiv 1711.00937), sections 3.1 and 3.2, and appendix A.1.
"""

import numpy as np
from jaxtyping import Float, Int

from numpy_impl.operations import Array, Pullback

Rows = Float[Array, "rows D"]
PerRow = Float[Array, " rows"]
Codebook = Float[Array, "codes D"]
PerCode = Float[Array, " codes"]


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


def start_averages(codebook: Codebook) -> tuple[PerCode, Codebook]:
    """N and m before the first minibatch: N_k is 1, and m_k / N_k is the code k. Both are new arrays."""
    return np.ones(len(codebook), codebook.dtype), codebook.copy()


def quantize_and_average(
    z_e: Rows, counts: PerCode, sums: Codebook, decay: float
) -> tuple[Rows, Int[np.ndarray, " rows"], PerCode, Codebook]:
    """z_q, the index of the code of every row, and N and m after this minibatch (appendix A.1).

    ``counts`` is N and ``sums`` is m, as the minibatch before left them. The codes are e_k = m_k / N_k (eq. 8), and
    every row takes the nearest of these. With n_k the number of rows that chose code k, N_k becomes
    decay N_k + (1 - decay) n_k (eq. 6), and m_k becomes decay m_k + (1 - decay) times the sum of these rows (eq. 7). A
    code that no row chose stays where it is, since both decay.
    """
    codebook = sums / counts[:, None]
    codes = nearest_codes(z_e, codebook)
    n, total = np.zeros_like(counts), np.zeros_like(sums)
    np.add.at(n, codes, 1)
    np.add.at(total, codes, z_e)
    return codebook[codes], codes, decay * counts + (1 - decay) * n, decay * sums + (1 - decay) * total


def restart_dead_codes(
    counts: PerCode, sums: Codebook, z_e: Rows, chosen: Int[np.ndarray, " codes"], fewest: float
) -> tuple[PerCode, Codebook]:
    """N and m after each code with N_k < ``fewest`` has started again at the row ``chosen[k]`` of z_e, with N_k = 1.

    Codes with N_k >= ``fewest`` stay as they are, whatever ``chosen`` says of them. Both are new arrays.
    """
    dead = counts < fewest
    return np.where(dead, 1, counts), np.where(dead[:, None], z_e[chosen], sums)
