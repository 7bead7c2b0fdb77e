"""Cases of exercise 26: scores in no order that overlap, ties, places on a score, and the rates 0 and 1."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield three ordinary cases a function, and borders of each."""
    for images, latents in ((7, 3), (5, 11), (13, 5)):
        inputs = {"reconstruction": rng.gamma(9, 10, images), "kl": rng.gamma(1, 2, (images, latents))}
        yield Case("anomaly_score", inputs, {"images": images, "latents": latents})
    inputs = {"reconstruction": rng.normal(-30, 20, 11), "kl": rng.gamma(1, 2, (11, 5))}
    yield Case("anomaly_score", inputs, {"images": 11, "latents": 5}, "with densities above 1")
    for n, rate in ((23, 0.06), (31, 0.21), (17, 0.4)):
        inputs = {"normal_scores": _normal(rng, n), "false_alarm_rate": rate + rng.uniform(-0.01, 0.01)}
        yield Case("anomaly_threshold", inputs, {"normal images": n})
    for rate in (0.0, 1.0):
        inputs = {"normal_scores": _normal(rng, 11), "false_alarm_rate": rate}
        yield Case("anomaly_threshold", inputs, {"normal images": 11}, f"with a false-alarm rate of {rate:.0f}")
    for n, m, rates in ((29, 61, 3), (41, 37, 5), (19, 53, 7)):
        inputs = {**_both(rng, n, m), "false_alarm_rate": rng.uniform(0.03, 0.6, rates)}
        yield Case("detection_rate", inputs, {"normal images": n, "anomalous images": m, "rates tried": rates})
    yield _at_the_threshold(rng)
    for n, m, higher in ((23, 41, 15), (31, 7, -30), (11, 53, 10)):
        yield Case("area_under_roc", _both(rng, n, m, higher), {"normal images": n, "anomalous images": m})
    ties = {name: np.round(scores / 20) for name, scores in _both(rng, 29, 37).items()}
    yield Case("area_under_roc", ties, {"normal images": 29, "anomalous images": 37}, "with equal scores")
    yield _nearly_equal(rng)


def _normal(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw scores with a long upper tail, in no order."""
    return 60 + rng.gamma(3, 10, n)


def _both(rng: np.random.Generator, n: int, m: int, higher: float = 10) -> dict[str, np.ndarray]:
    """Draw normal and anomalous scores that overlap; the anomalous ones are higher by so much on the whole."""
    return {"normal_scores": _normal(rng, n), "anomalous_scores": _normal(rng, m) + higher + rng.normal(0, 5, m)}


def _nearly_equal(rng: np.random.Generator) -> Case:
    """Anomalous scores just above normal ones: by less than np.isclose sees, but far more than rounding."""
    normal = _normal(rng, 19)
    inputs = {"normal_scores": normal, "anomalous_scores": rng.permutation(normal)[:13] + rng.uniform(1e-4, 3e-4, 13)}
    sizes = {"normal images": 19, "anomalous images": 13}
    return Case("area_under_roc", inputs, sizes, "with scores that are close but not equal")


def _at_the_threshold(rng: np.random.Generator) -> Case:
    """Whole numbers of which 13 normal ones put the thresholds, and some anomalous ones lie, on 60, 70 and 80."""
    normal = [*rng.integers(50, 60, 3), 60, *rng.integers(61, 70, 2), 70, *rng.integers(71, 80, 2), 80]
    anomalous = [60, 60, 70, 70, 70, 80, *rng.integers(50, 120, 11)]
    inputs = {
        "normal_scores": rng.permutation([*normal, *rng.integers(81, 120, 3)]).astype(np.float64),
        "anomalous_scores": rng.permutation(anomalous).astype(np.float64),
        "false_alarm_rate": rng.permutation([0.25, 0.5, 0.75]),
    }
    sizes = {"normal images": 13, "anomalous images": 17, "rates tried": 3}
    return Case("detection_rate", inputs, sizes, "with scores exactly at the threshold")


NAMES = {
    "anomaly_score": "scores",
    "anomaly_threshold": "threshold",
    "detection_rate": "detection rate",
    "area_under_roc": "area",
}


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the scores, or the one number that is asked for; the detection rate at several false-alarm rates."""
    inputs = list(case.inputs.values())
    if case.part == "detection_rate":
        found = [answer.detection_rate(*inputs[:2], float(rate)) for rate in inputs[2]]
        same_shape = len({np.shape(one) for one in found}) == 1 and not any(one is None for one in found)
        return {NAMES[case.part]: np.array(found) if same_shape else found[0]}
    return {NAMES[case.part]: getattr(answer, case.part)(*inputs)}
