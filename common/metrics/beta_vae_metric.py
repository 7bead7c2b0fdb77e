"""The beta-VAE metric: how often a linear classifier tells the fixed factor from differences between latents."""

import numpy as np
from jaxtyping import Float, Int

from common.metrics.held_out import check_training


def beta_vae_metric(
    fixed: Int[np.ndarray, " groups"], codes: Float[np.ndarray, "groups pairs 2 latents"], training: int
) -> float:
    """Return the accuracy, 0 to 1, with which the fixed factor is told from z_diff = mean_l |mu_l1 - mu_l2|.

    ``codes`` are the posterior means of groups of pairs, drawn by `pairs_with_a_fixed_factor`. A logistic regression
    (scikit-learn, its default penalty) learns the factor from z_diff of the first ``training`` groups; the accuracy is
    that on the others. Chance is one over the number of factors that change.

    Protocol of Locatello et al. 2019: 64 pairs a group, 10,000 groups to learn from, 5,000 others. Here z_diff is
    brought to mean 0 and variance 1 on the former first, so that the scale of a latent does not matter. Source:
    Higgins et al. 2017, section 3; how the linear classifier was trained there could not be read.

    Raises
    ------
    InvalidArgument
        If ``training`` does not leave groups on both sides.
    """
    from sklearn.linear_model import LogisticRegression  # here, since this import takes a second

    check_training(training, len(fixed))
    z_diff = np.abs(codes[:, :, 0] - codes[:, :, 1]).mean(axis=1, dtype=np.float64)
    spread = z_diff[:training].std(axis=0)
    z_diff = (z_diff - z_diff[:training].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    classifier = LogisticRegression(max_iter=1000).fit(z_diff[:training], fixed[:training])
    return float(classifier.score(z_diff[training:], fixed[training:]))
