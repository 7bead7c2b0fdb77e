"""The metrics on codes that nobody has trained: what a score is worth before a beta-VAE has one.

``python -m paper.beta_vae.controls`` draws groups of sprites, measures, and prints the tables of the README. Codes
that need images learn from 10,000 training images; no code learns a factor.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int

from common.data.factors import FACTOR_NAMES, FACTOR_SIZES, indices_of
from common.data.sprites import load, render
from common.files import write_json
from common.metrics import accuracy_of_differences, dci, pairs_with_a_fixed_factor, separated_attribute_predictability
from common.metrics.dci import completeness, disentanglement
from common.streams import Stream, generator
from paper.beta_vae.experiment import Protocol, observe
from paper.beta_vae.groups import accuracies, differences
from paper.beta_vae.model import Model, mlp
from paper.kit.draws import CPU, parts

FILE = Path(__file__).parent / "results" / "controls" / "sprites.json"
TRAINING, GROUPS, L = 4_000, 6_000, 64
LEARNT_FROM, IMAGES = 10_000, (2_000, 3_000)
"""Images of PCA and ICA; images that SAP and DCI learn from, and those with the ones that they are scored on."""

Factors = Int[np.ndarray, "n 6"]
Encode = Callable[[Factors], Float[np.ndarray, "n J"]]

# Codes.


def pixels(factors: Factors) -> Float[np.ndarray, "n D"]:
    """Return the images themselves."""
    return observe(render(indices_of(factors)), CPU).numpy()


@torch.no_grad()
def untrained(factors: Factors, model: Model) -> Float[np.ndarray, "n J"]:
    """Return the posterior means of an encoder with its initial values."""
    return model.q(torch.from_numpy(pixels(factors)))[0].numpy()


def ideal(factors: Factors, names: tuple[str, ...]) -> Float[np.ndarray, "n J"]:
    """Return a latent for each of these factors, with mean 0 and variance 1; the others are not coded."""
    columns = [FACTOR_NAMES.index(name) for name in names]
    sizes = np.array(FACTOR_SIZES)[columns]
    return (factors[:, columns] - (sizes - 1) / 2) / np.sqrt((sizes**2 - 1) / 12)


def turned(factors: Factors) -> Float[np.ndarray, "n 3"]:
    """Return the size in one latent, and x + y and x - y in two: positions along the diagonals."""
    scale, x, y = ideal(factors, ("scale", "x", "y")).T
    return np.stack([scale, (x + y) / np.sqrt(2), (x - y) / np.sqrt(2)], axis=1)


def codes() -> dict[str, Encode]:
    """Return the codes by name."""
    from sklearn.decomposition import PCA, FastICA  # here, since this import takes a second

    protocol, images = Protocol(), load(Path()).train.images[:LEARNT_FROM]
    model = Model(*mlp(images[0].size, protocol.hidden, protocol.latents), protocol.seed)
    seen = observe(images, CPU).numpy()
    pca = PCA(protocol.latents, random_state=0).fit(seen)
    ica = FastICA(whiten="unit-variance", random_state=0).fit(pca.transform(seen))
    return {
        "pixels": pixels,
        "untrained encoder": partial(untrained, model=model),
        "PCA, 10 components": lambda factors: pca.transform(pixels(factors)),
        "ICA of these 10": lambda factors: ica.transform(pca.transform(pixels(factors))),
        "ideal, all five factors": partial(ideal, names=FACTOR_NAMES[1:]),
        "ideal x, y and scale": partial(ideal, names=("scale", "x", "y")),
        "the same, x and y turned by 45 degrees": turned,
    }


# What is measured.


def z_diff(encode: Encode, pairs: Int[np.ndarray, "groups L 2 6"]) -> dict[int, Float[np.ndarray, "groups J"]]:
    """Return the differences of every group by the number of pairs, a few groups at a time."""
    found: list[dict[int, Any]] = []
    for _, some in parts(len(pairs), 50):
        drawn = pairs[some]
        found.append(differences(encode(drawn.reshape(-1, 6)).reshape(*drawn.shape[:-1], -1)))
    return {count: np.concatenate([part[count] for part in found]) for count in found[0]}


def choices(encode: Encode, fixed: np.ndarray, apart: np.ndarray, training: int, images: tuple[int, int]) -> Any:
    """Return scores with the course's choices and with those of Locatello et al.: scaling, and the trees of DCI."""
    rng = generator(0, Stream.EVALUATION_NOISE, 1)
    factors = rng.integers(0, FACTOR_SIZES, (images[1], len(FACTOR_SIZES)))
    code, learn = encode(factors), images[0]
    forest = dci(factors, code, learn)
    return {
        "beta-VAE metric, scaled": accuracy_of_differences(fixed, apart, training),
        "beta-VAE metric, not scaled": _accuracy_unscaled(fixed, apart, training),
        "SAP, scaled": separated_attribute_predictability(factors, code, learn),
        "SAP, not scaled": _sap_unscaled(factors, code, learn),
        "DCI disentanglement, forest": forest.disentanglement,
        "DCI completeness, forest": forest.completeness,
        "DCI informativeness, forest": forest.informativeness,
        **_boosted(factors, code, learn),
    }


def _accuracy_unscaled(fixed: np.ndarray, apart: np.ndarray, training: int) -> float:
    from sklearn.linear_model import LogisticRegression

    classifier = LogisticRegression(max_iter=5000).fit(apart[:training], fixed[:training])
    return float(classifier.score(apart[training:], fixed[training:]))


def _sap_unscaled(factors: np.ndarray, code: np.ndarray, learn: int) -> float:
    from sklearn.svm import LinearSVC

    def accuracy(latent: np.ndarray, factor: np.ndarray) -> float:
        classifier = LinearSVC(C=0.01, class_weight="balanced").fit(latent[:learn, None], factor[:learn])
        return float(classifier.score(latent[learn:, None], factor[learn:]))

    scores = np.sort([[accuracy(latent, factor) for factor in factors.T[1:]] for latent in code.T], axis=0)
    return float((scores[-1] - scores[-2]).mean())


def _boosted(factors: np.ndarray, code: np.ndarray, learn: int) -> dict[str, float]:
    """Return DCI by gradient boosting with scikit-learn's defaults, as Locatello et al. have it."""
    from sklearn.ensemble import GradientBoostingClassifier

    importances, right = [], []
    for factor in factors.T[1:]:
        trees = GradientBoostingClassifier(random_state=0).fit(code[:learn], factor[:learn])
        importances.append(trees.feature_importances_)
        right.append(trees.score(code[learn:], factor[learn:]))
    R = np.stack(importances, axis=1)
    scores = (disentanglement(R), completeness(R), float(np.mean(right)))
    names = ("disentanglement", "completeness", "informativeness")
    return {f"DCI {name}, boosting": score for name, score in zip(names, scores, strict=True)}


COMPARED = ("untrained encoder", "PCA, 10 components", "ideal x, y and scale")


def measure(
    training: int = TRAINING, groups: int = GROUPS, images: tuple[int, int] = IMAGES
) -> dict[str, dict[str, Any]]:
    """Return, for every code, the beta-VAE metric in every setting; and for some the scores of either choice."""
    rng = generator(0, Stream.EVALUATION_NOISE, 0)
    fixed, pairs = pairs_with_a_fixed_factor(FACTOR_SIZES, groups, L, rng)
    metric: dict[str, Any] = {}
    chosen: dict[str, Any] = {}
    for name, encode in codes().items():
        apart = z_diff(encode, pairs)
        metric[name] = {str(setting): value for setting, value in accuracies(fixed, apart, training).items()}
        if name in COMPARED:
            chosen[name] = choices(encode, fixed, apart[L], training, images)
    return {"metric": metric, "choices": chosen}


# The tables.


def tables(found: dict[str, dict[str, Any]]) -> str:
    """Return what was measured as Markdown: accuracies in per cent, and shares from 0 to 1 in per cent too."""
    return "\n\n".join(_table(part, found[part]) for part in ("metric", "choices"))


def _table(head: str, rows: dict[str, dict[str, float]]) -> str:
    names = list(next(iter(rows.values())))
    if head == "choices":  # many scores of few codes
        rows = {name: {code: scores[name] for code, scores in rows.items()} for name in names}
        names = list(next(iter(rows.values())))
    lines = [f"| {name} | {' | '.join(f'{100 * row[of]:.1f}' for of in names)} |" for name, row in rows.items()]
    return "\n".join([f"| | {' | '.join(names)} |", f"|---|{'--:|' * len(names)}", *lines])


if __name__ == "__main__":
    outcome = measure()
    sys.stdout.write(tables(outcome) + "\n")
    if "--publish" in sys.argv:
        write_json(FILE, outcome)
