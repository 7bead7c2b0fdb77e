"""Anomaly detection: a score for each image, a threshold, and how well the two work."""

import math

import numpy as np
from jaxtyping import Float, Float64

from common.errors import InvalidArgument
from common.metrics.inputs import real_numbers

_ROUNDING = 1e-9
"""Places that are whole numbers but for rounding, as (9 + 1) (1 - 0.9), are those numbers."""


def anomaly_score(
    reconstruction: Float[np.ndarray, " n"], kl: Float[np.ndarray, "n latents"]
) -> Float[np.ndarray, " n"]:
    """The negative ELBO of every image, reconstruction_i + sum_j KL_ij in nats: the higher, the more anomalous.

    ``reconstruction`` is -log p(x given z) of every image, ``kl`` the KL divergence of each of its latents.

    Raises
    ------
    InvalidArgument
        If the two are not of the same images, or a number is not finite.
    """
    reconstruction, kl = _terms(reconstruction, kl)
    return reconstruction + kl.sum(axis=1)


def anomaly_threshold(normal_scores: Float[np.ndarray, " n"], false_alarm_rate: float) -> float:
    """The score above which a share ``false_alarm_rate`` of normal images lies: their 1 - false_alarm_rate quantile.

    ``normal_scores`` are those of normal images that the model was not trained on. With these n scores in ascending
    order, numbered from 0, the threshold stands at place (n - 1) (1 - false_alarm_rate); between two scores it lies
    on the straight line from one to the other. Source: Hyndman & Fan 1996, definition 7, NumPy's default.

    Raises
    ------
    InvalidArgument
        If there is no score, one that is not finite, or the rate is not a share from 0 to 1.
    """
    normal_scores = _scores("normal_scores", normal_scores)
    if not 0 <= false_alarm_rate <= 1:
        raise InvalidArgument("false_alarm_rate", false_alarm_rate, "a share from 0 to 1", "5 % is 0.05.")
    return float(np.quantile(normal_scores, 1 - false_alarm_rate))


def conformal_threshold(normal_scores: Float[np.ndarray, " n"], false_alarm_rate: float) -> float:
    """The score above which a new normal image lies with a probability of at most ``false_alarm_rate``.

    ``normal_scores`` are n scores of normal images that the model was not trained on. The threshold is their number
    ceil((n + 1) (1 - false_alarm_rate)) in ascending order, counted from 1, equal ones each by itself; it is infinity
    where that is above n. A new score that is exchangeable with the n takes each of the n + 1 places among them with
    the same probability, and raises an alarm only above the threshold, not at it. So the rate holds on average over
    the choice of the n, for every n and every model. It is split conformal prediction; source: Lei et al. 2018.

    Raises
    ------
    InvalidArgument
        If there is no score, one that is not finite, or the rate is not a share between 0 and 1.
    """
    normal_scores = _scores("normal_scores", normal_scores)
    if not 0 < false_alarm_rate < 1:
        raise InvalidArgument("false_alarm_rate", false_alarm_rate, "a share between 0 and 1", "5 % is 0.05.")
    n = len(normal_scores)
    place = math.ceil((n + 1) * (1 - false_alarm_rate) - _ROUNDING)
    return float(np.sort(normal_scores)[place - 1]) if place <= n else math.inf


def detection_rate(
    normal_scores: Float[np.ndarray, " n"], anomalous_scores: Float[np.ndarray, " m"], false_alarm_rate: float
) -> float:
    """The share of anomalous images whose score is above the `anomaly_threshold`; at the threshold there is no alarm.

    Raises
    ------
    InvalidArgument
        If there is no score of either kind, one that is not finite, or the rate is not a share from 0 to 1.
    """
    anomalous_scores = _scores("anomalous_scores", anomalous_scores)
    return float(np.mean(anomalous_scores > anomaly_threshold(normal_scores, false_alarm_rate)))


def area_under_roc(normal_scores: Float[np.ndarray, " n"], anomalous_scores: Float[np.ndarray, " m"]) -> float:
    """The share of all n m pairs in which the anomalous image has the higher score; a tie counts one half.

    It is the area under the curve of the detection rate over the false-alarm rate (ROC), with no threshold chosen:
    1 where all anomalous scores are above all normal ones, 0.5 where scores say nothing. Source: Hanley & McNeil 1982.

    Raises
    ------
    InvalidArgument
        If there is no score of either kind, or one that is not finite.
    """
    normal_scores = _scores("normal_scores", normal_scores)
    anomalous_scores = _scores("anomalous_scores", anomalous_scores)
    ascending = np.sort(normal_scores)
    below = np.searchsorted(ascending, anomalous_scores, side="left")
    not_above = np.searchsorted(ascending, anomalous_scores, side="right")
    return float((below + not_above).mean() / 2 / len(normal_scores))


def _scores(name: str, scores: Float[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    if len(scores) == 0:
        raise InvalidArgument(name, "none", "at least one score")
    return real_numbers(name, scores, axes=1)


def _terms(
    reconstruction: Float[np.ndarray, " n"], kl: Float[np.ndarray, "n latents"]
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, "n latents"]]:
    if len(kl) != len(reconstruction):
        raise InvalidArgument("kl", f"{len(kl)} rows", f"{len(reconstruction)}, one for each reconstruction")
    return real_numbers("reconstruction", reconstruction, axes=1), real_numbers("kl", kl, axes=2)
