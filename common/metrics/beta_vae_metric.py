"""The beta-VAE metric: how often a linear classifier tells the fixed factor from differences between latents."""

import numpy as np
from jaxtyping import Float, Int

from common.errors import InvalidArgument
from common.metrics.inputs import check_training, class_numbers, real_numbers


def beta_vae_metric(
    fixed: Int[np.ndarray, " groups"], codes: Float[np.ndarray, "groups pairs 2 latents"], training: int
) -> float:
    """Return the accuracy, 0 to 1, with which the fixed factor is told from z_diff = mean_l |mu_l1 - mu_l2|.

    ``codes`` are the posterior means of groups of pairs, drawn by `pairs_with_a_fixed_factor`; the classifier is that
    of `accuracy_of_differences`. Chance is one over the number of factors that change.

    Protocol of Locatello et al. 2019: 64 pairs a group, 10,000 groups to learn from, 5,000 others. The number of pairs
    decides what is seen: a code with one factor a latent scores the same from 5 pairs as from 64, one that mixes
    factors gains up to 33 points, as `paper.beta_vae.controls` measures. Source: Higgins et al. 2017, section 3; how
    the linear classifier was trained there could not be read.

    Raises
    ------
    InvalidArgument
        If ``training`` does not leave groups on both sides, or the first hold a single factor; if a number is not
        finite, or the arrays do not fit each other.
    """
    codes = real_numbers("codes", codes, axes=4)
    return accuracy_of_differences(fixed, np.abs(codes[:, :, 0] - codes[:, :, 1]).mean(axis=1), training)


def accuracy_of_differences(
    fixed: Int[np.ndarray, " groups"], z_diff: Float[np.ndarray, "groups latents"], training: int
) -> float:
    """Return the accuracy, 0 to 1, with which the fixed factor of a group is told from its z_diff.

    A logistic regression (scikit-learn, its default penalty) learns the factor from the first ``training`` groups; the
    accuracy is that on the others. Before, z_diff is brought to mean 0 and variance 1 on the former, so that the scale
    of a latent does not matter; Locatello et al. do not scale, which moved three codes by at most 2 points.

    Raises
    ------
    InvalidArgument
        As `beta_vae_metric`.
    """
    from sklearn.linear_model import LogisticRegression  # here, since this import takes a second

    z_diff = real_numbers("z_diff", z_diff, axes=2)
    fixed = class_numbers("fixed", fixed, axes=1, rows=len(z_diff))
    check_training(training, len(fixed))
    if (fixed[:training] == fixed[0]).all():
        raise InvalidArgument("fixed", f"factor {fixed[0]} alone in the first {training} groups", "two or more factors")
    deviation = z_diff[:training].std(axis=0)
    z_diff = (z_diff - z_diff[:training].mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    classifier = LogisticRegression(max_iter=1000).fit(z_diff[:training], fixed[:training])
    return float(classifier.score(z_diff[training:], fixed[training:]))
