"""SAP: how much better the best latent predicts a factor than the second best."""

import numpy as np
from jaxtyping import Float, Int

from common.errors import InvalidArgument
from common.metrics.inputs import changing_factors, check_training, class_numbers, real_numbers


def separated_attribute_predictability(
    factors: Int[np.ndarray, "n factors"], codes: Float[np.ndarray, "n latents"], training: int
) -> float:
    """Return mean_k (S_1st,k - S_2nd,k): S_jk is the accuracy with which latent j alone tells the value of factor k.

    The separated attribute predictability (SAP), from 0 to 1. A linear support vector machine (one against the rest,
    C = 0.01, classes weighed equally) learns the values of a factor, as classes, from one latent of the first
    ``training`` images; the accuracy is that on the others. A factor that never changes in the first is left out
    of the mean.

    Protocol of Locatello et al. 2019: posterior means of 10,000 images to learn from, 5,000 others, all factors taken
    as classes and told by a linear classifier. (Kumar et al. take R^2 of a line for factors that are numbers, and
    thresholds for classes.) A threshold for each class, against the rest, can cut off little more than the least and
    the greatest classes, so even a perfect code scores well below 1 where a factor has many values; a softmax would
    tell them all. Here a latent is brought to mean 0 and variance 1 on the former first, so that its scale does not
    matter, which moved three codes by at most 0.4 points (`paper.beta_vae.controls`). Source: Kumar et al. 2018,
    section 3.

    Raises
    ------
    InvalidArgument
        If there are fewer than two latents, no factor changes, or ``training`` does not leave images on both sides; if
        a code is not finite, or the arrays do not fit each other.
    """
    codes = real_numbers("codes", codes, axes=2)
    factors = class_numbers("factors", factors, axes=2, rows=len(codes))
    check_training(training, len(factors))
    if codes.shape[1] < 2:
        raise InvalidArgument("codes", f"{codes.shape[1]} latents", "at least two, for a difference between them")
    spread = codes[:training].std(axis=0)
    standard = (codes - codes[:training].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    changing = changing_factors(factors, training)
    S = np.array([[_accuracy(factor, code, training) for factor in changing.T] for code in standard.T])
    S.sort(axis=0)
    return float((S[-1] - S[-2]).mean())


def _accuracy(factor: Int[np.ndarray, " n"], code: Float[np.ndarray, " n"], training: int) -> float:
    from sklearn.svm import LinearSVC  # here, since this import takes a second

    classifier = LinearSVC(C=0.01, class_weight="balanced")
    classifier.fit(code[:training, None], factor[:training])
    return float(classifier.score(code[training:, None], factor[training:]))
