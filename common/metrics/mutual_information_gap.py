"""MIG: how much more the best latent tells about a factor than the second best."""

import numpy as np
from jaxtyping import Float, Float64, Int, Shaped

from common.errors import InvalidArgument
from common.metrics.inputs import class_numbers, real_numbers

BINS = 20


def mutual_information_gap(factors: Int[np.ndarray, "n factors"], codes: Float[np.ndarray, "n latents"]) -> float:
    """mean_k (I(v_k; z_1st) - I(v_k; z_2nd)) / H(v_k): 1st and 2nd are the two latents that tell most about factor k.

    The mutual information gap (MIG), from 0 to 1: 1 if every factor is known from one latent, and from no other.
    Protocol: ``codes`` are the posterior means mu of n images, 10,000 or more, with factors drawn at random; every
    latent is cut into 20 bins of equal width between its least and greatest value (`equal_width_bins`); mutual
    information and entropy are those of the counts. A factor that never changes has no entropy and is left out of the
    mean. Numbers of another protocol cannot be compared with these. Sources: Chen et al. 2018, section 4; bins as in
    Locatello et al. 2019.

    Raises
    ------
    InvalidArgument
        If there are fewer than two latents, or no factor ever changes; if a code is not finite, or the arrays do not
        fit each other.
    """
    factors, codes = _fitting(factors, codes)
    if codes.shape[1] < 2:
        raise InvalidArgument("codes", f"{codes.shape[1]} latents", "at least two, for a gap between them")
    latents = [equal_width_bins(code) for code in codes.T]
    gaps = []
    for factor in factors.T:
        entropy = discrete_mutual_information(factor, factor)
        information = sorted(discrete_mutual_information(factor, latent) for latent in latents)
        if entropy > 0:
            gaps.append((information[-1] - information[-2]) / entropy)
    if not gaps:
        raise InvalidArgument("factors", "factors of one value each", "at least one factor that changes")
    return float(np.mean(gaps))


def discrete_mutual_information(a: Shaped[np.ndarray, " n"], b: Shaped[np.ndarray, " n"]) -> float:
    """I(a; b) = sum_ij p_ij log(p_ij / (p_i p_j)) in nats, from n pairs of whole numbers.

    p_ij is the share of the pairs with the i-th value of ``a`` and the j-th value of ``b``, p_i and p_j are those of
    each value alone. Pairs of values that never occur add 0. I(a; a) is the entropy of ``a``.
    """
    _, rows = np.unique(a, return_inverse=True)
    _, columns = np.unique(b, return_inverse=True)
    counts = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(counts, (rows, columns), 1)
    joint = counts / counts.sum()
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return float((joint[seen] * np.log(joint[seen] / independent[seen])).sum())


def equal_width_bins(code: Float[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """Return the number 1..20 of the bin of every value; the bins have equal widths from the least to the greatest.

    Values so close to each other that no float fits between two edges are all in bin 1.

    Raises
    ------
    InvalidArgument
        If there is no value, or one that is not finite.
    """
    code = real_numbers("code", code, axes=1)
    edges = np.linspace(code.min(), code.max(), BINS + 1)
    if not (edges[:-1] < edges[1:]).all():
        return np.ones(len(code), np.int64)
    return np.digitize(code, edges[:-1])


def _fitting(
    factors: Int[np.ndarray, "n factors"], codes: Float[np.ndarray, "n latents"]
) -> tuple[Int[np.ndarray, "n factors"], Float64[np.ndarray, "n latents"]]:
    codes = real_numbers("codes", codes, axes=2)
    return class_numbers("factors", factors, axes=2, rows=len(codes)), codes
