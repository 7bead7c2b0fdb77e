"""The FactorVAE metric: how often the latent of least variance tells the factor that was fixed."""

import numpy as np
from jaxtyping import Float, Int

from common.errors import InvalidArgument
from common.metrics.inputs import check_training, class_numbers, real_numbers

ACTIVE_FROM = 0.05
"""Standard deviation of posterior means below which a latent has no vote; that of the prior is 1."""


def factor_vae_metric(
    fixed: Int[np.ndarray, " groups"],
    codes: Float[np.ndarray, "groups images latents"],
    variances: Float[np.ndarray, " latents"],
    training: int,
) -> float:
    """Return the accuracy, 0 to 1, of a majority vote that tells the fixed factor from the latent that changes least.

    ``codes`` are the posterior means of groups drawn by `batches_with_a_fixed_factor`, ``variances`` those of the
    posterior means over all data. The vote of a group is the latent with the least variance in the group relative to
    that over all data. A latent stands for the factor that it was voted for most often in the first ``training``
    groups; the accuracy is that on the others. Chance is about one over the number of factors that change.

    Protocol of Locatello et al. 2019: 64 images a group, 10,000 groups to learn from, 5,000 others, variances of
    10,000 images; a latent whose standard deviation is below 0.05 has no vote, and without any other the metric is 0.
    Source: Kim & Mnih 2018, section 4.

    Raises
    ------
    InvalidArgument
        If ``training`` does not leave groups on both sides, or a group has a single image; if a number is not finite
        or a variance below 0, or the arrays do not fit each other.
    """
    codes = real_numbers("codes", codes, axes=3)
    variances = _variances(variances, latents=codes.shape[2])
    fixed = class_numbers("fixed", fixed, axes=1, rows=len(codes))
    check_training(training, len(fixed))
    if fixed.min() < 0:
        raise InvalidArgument("fixed", fixed.min(), "numbers of factors, from 0 on")
    if codes.shape[1] < 2:
        raise InvalidArgument("codes", f"{codes.shape[1]} image a group", "at least two, for a variance")
    active = np.sqrt(variances) >= ACTIVE_FROM
    if not active.any():
        return 0.0
    votes = _votes(codes[:, :, active], variances[active])
    counts = np.zeros((active.sum(), fixed.max() + 1), np.int64)
    np.add.at(counts, (votes[:training], fixed[:training]), 1)
    return float((counts.argmax(axis=1)[votes[training:]] == fixed[training:]).mean())


def _variances(variances: Float[np.ndarray, " latents"], latents: int) -> Float[np.ndarray, " latents"]:
    if variances.shape != (latents,):
        raise InvalidArgument("variances", f"shape {variances.shape}", f"({latents},), one for each latent of codes")
    if variances.size and variances.min() < 0:
        raise InvalidArgument("variances", variances.min(), "variances, from 0 on")
    return real_numbers("variances", variances, axes=1)


def _votes(
    codes: Float[np.ndarray, "groups images active"], variances: Float[np.ndarray, " active"]
) -> Int[np.ndarray, " groups"]:
    return (codes.var(axis=1, ddof=1) / variances).argmin(axis=1)
