"""Five detectors on eleven tables, five splits of each: the arrays behind notebook 18."""

from collections.abc import Callable

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score

from common.data.tables import TABLES, Table, load_table
from common.metrics import area_under_roc, conformal_threshold
from common.streams import Stream, generator
from course.running.detectors import MahalanobisDetector, Rows, Scale, Scores, VAEDetector

SPLITS = 5
METHODS = ("VAE, -ELBO", "VAE, squared error", "Mahalanobis", "PCA, 90 %", "isolation forest")
EXPLAINED = 0.9
"""The share of the variance that the kept principal components have at least."""
RATES = (0.05, 0.01)
"""False alarms that a threshold promises at most."""
BUDGET = 0.05
"""The share of test rows that somebody has the time to look at."""
QUANTITIES = (
    "AUROC",
    "average precision",
    "AUROC, rows not seen in training",
    "precision of the budget",
    "anomalies found by the budget",
    "false alarms at 5 %",
    "anomalies found at 5 %",
    "false alarms at 1 %",
    "anomalies found at 1 %",
)


def make() -> dict[str, np.ndarray]:
    """Fit all detectors to all splits: about eight minutes of a processor core.

    Returns
    -------
    dict
        For each table an array over splits, `METHODS` and `QUANTITIES`. Under "sizes", a row for each table, a mean
        over splits: training, held-out and test rows that are normal, anomalies, columns that vary, and the share of
        the normal test rows that also occur among the training rows.

    Raises
    ------
    InvalidArgument, OperationFailed
        If a table cannot be had.
    """
    found = {name: [of_split(load_table(name), seed) for seed in range(SPLITS)] for name in TABLES}
    sizes = np.array([np.mean([size for _, size in splits], axis=0) for splits in found.values()])
    return {"sizes": sizes, **{name: np.stack([one for one, _ in splits]) for name, splits in found.items()}}


def of_split(table: Table, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fit to 40 % of the normal rows, set thresholds by 10 %, test on the other half and on all anomalies."""
    normal = table.rows[~table.anomalous]
    order = generator(seed, Stream.SPLIT).permutation(len(normal))
    fitted, held_out, test = np.split(normal[order], [2 * len(normal) // 5, len(normal) // 2])
    varying = np.ptp(fitted, axis=0) > 0
    scale = Scale.of(fitted[:, varying])
    fitted, held_out, test, odd = (
        scale.apply(rows[:, varying]) for rows in (fitted, held_out, test, table.rows[table.anomalous])
    )
    known = {row.tobytes() for row in fitted}
    seen = np.array([row.tobytes() in known for row in test])
    measured = [judged((score(held_out), score(test), score(odd)), seen) for score in detectors(fitted, seed)]
    sizes = np.array([len(fitted), len(held_out), len(test), len(odd), varying.sum(), seen.mean()])
    return np.stack(measured), sizes


def detectors(fitted: Rows, seed: int) -> list[Callable[[Rows], Scores]]:
    """Return a score for each of `METHODS`."""
    vae = VAEDetector.fit(fitted, seed)
    forest = IsolationForest(random_state=seed).fit(fitted)
    return [
        vae.score,
        lambda rows: vae.terms(rows).squared_error,
        MahalanobisDetector.fit(fitted, seed).score,
        residual(fitted),
        lambda rows: -forest.score_samples(rows),
    ]


def residual(fitted: Rows) -> Callable[[Rows], Scores]:
    """Return the squared distance from the plane of the first principal components, which explain 90 %."""
    _, deviations, directions = np.linalg.svd(fitted, full_matrices=False)
    explained = np.cumsum(deviations**2) / np.sum(deviations**2)
    kept = directions[: 1 + np.searchsorted(explained, EXPLAINED)]
    return lambda rows: np.square(rows - rows @ kept.T @ kept).sum(axis=1)


def judged(scores: tuple[Scores, Scores, Scores], seen: np.ndarray) -> np.ndarray:
    """Return `QUANTITIES` of the scores of held-out, normal and anomalous rows.

    ``seen`` says which of the normal rows also occur in training.
    """
    held_out, normal, odd = scores
    together, anomalous = np.concatenate([normal, odd]), np.repeat([False, True], [len(normal), len(odd)])
    budget = int(np.ceil(BUDGET * len(together)))
    found = anomalous[np.argsort(-together, kind="stable")[:budget]].sum()  # of equal scores the normal ones first
    at_rates = []
    for rate in RATES:
        threshold = conformal_threshold(held_out, rate)
        at_rates += [(normal > threshold).mean(), (odd > threshold).mean()]
    return np.array(
        [
            area_under_roc(normal, odd),
            average_precision_score(anomalous, together),
            area_under_roc(normal[~seen], odd),
            found / budget,
            found / len(odd),
            *at_rates,
        ]
    )
