"""DCI: disentanglement, completeness and informativeness, from classifiers that predict each factor."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from common.errors import InvalidArgument
from common.metrics.inputs import changing_factors, check_training, class_numbers, real_numbers

TREES = 50
SMALLEST_LEAF = 5


class DCI(NamedTuple):
    """Disentanglement, completeness and informativeness, each from 0 to 1."""

    disentanglement: float
    completeness: float
    informativeness: float


def dci(factors: Int[np.ndarray, "n factors"], codes: Float[np.ndarray, "n latents"], training: int) -> DCI:
    """Measure how latents and factors belong together, by random forests that predict each factor from all latents.

    R_jk is the importance of latent j for factor k, from the forest that learnt factor k, as classes, from the first
    ``training`` images. `disentanglement` and `completeness` are made of R; informativeness is the mean accuracy on
    the other images. A factor that never changes in the first is left out.

    Protocol: posterior means of 10,000 images to learn from and 5,000 others, as in Locatello et al. 2019; but
    forests of 50 trees with 5 images in a leaf or more, in which each split may use any latent, where Locatello et al.
    use gradient boosting, which takes more than ten times as long on the 113 classes of dSprites. On three codes of
    sprites the two differed by up to 4 points (`paper.beta_vae.controls`). Source: Eastwood & Williams 2018, section 2,
    whose informativeness is an error in place of an accuracy.

    Raises
    ------
    InvalidArgument
        If no factor changes, or ``training`` does not leave images on both sides; if a code is not finite, or the
        arrays do not fit each other.
    """
    from sklearn.ensemble import RandomForestClassifier  # here, since this import takes a second

    codes = real_numbers("codes", codes, axes=2)
    factors = class_numbers("factors", factors, axes=2, rows=len(codes))
    check_training(training, len(factors))
    importances, accuracies = [], []
    for factor in changing_factors(factors, training).T:
        forest = RandomForestClassifier(
            TREES,
            max_features=None,  # pyright: ignore[reportArgumentType]
            min_samples_leaf=SMALLEST_LEAF,
            random_state=0,
        )
        forest.fit(codes[:training], factor[:training])
        importances.append(forest.feature_importances_)
        accuracies.append(forest.score(codes[training:], factor[training:]))
    R = np.stack(importances, axis=1)
    return DCI(disentanglement(R), completeness(R), float(np.mean(accuracies)))


def disentanglement(R: Float[np.ndarray, "latents factors"]) -> float:
    """Return sum_j rho_j (1 - H_K(P_j)): P_jk = R_jk / sum_k R_jk, rho_j the share of latent j in all of R.

    H_K is the entropy with logarithms to the base of the number of factors, so that a latent that is important for one
    factor alone counts 1, and one that is equally important for all counts 0.

    Raises
    ------
    InvalidArgument
        If an importance is below 0, or not finite.
    """
    R = real_numbers("R", R, axes=2)
    if R.min() < 0:
        raise InvalidArgument("R", R.min(), "importances, from 0 on")
    entropy = _entropy(R / np.maximum(R.sum(axis=1, keepdims=True), np.finfo(float).tiny))
    return float((R.sum(axis=1) / max(R.sum(), np.finfo(float).tiny)) @ (1 - entropy))


def completeness(R: Float[np.ndarray, "latents factors"]) -> float:
    """Return the same with the parts of latents and factors exchanged: 1 if one latent alone predicts each factor."""
    return disentanglement(R.T)


def _entropy(P: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, " rows"]:
    if P.shape[1] == 1:
        return np.zeros(len(P))
    return -(P * np.log(np.where(P > 0, P, 1.0))).sum(axis=1) / np.log(P.shape[1])
