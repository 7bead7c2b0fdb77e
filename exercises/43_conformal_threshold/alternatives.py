"""Right answers to exercise 43 in other styles."""

import bisect
import heapq
import math
from fractions import Fraction

import numpy as np


class Counting:
    """The first score that enough of the scores do not exceed."""

    @staticmethod
    def conformal_threshold(normal_scores, false_alarm_rate):
        needed = (len(normal_scores) + 1) * (1 - false_alarm_rate)
        for score in sorted(normal_scores):
            if np.sum(normal_scores <= score) >= needed:
                return score
        return np.inf


class FromAbove:
    """As many of the highest scores as there may be places above."""

    @staticmethod
    def conformal_threshold(normal_scores, false_alarm_rate):
        allowed = math.floor((len(normal_scores) + 1) * false_alarm_rate)
        return heapq.nlargest(allowed, normal_scores.tolist())[-1] if allowed else float("inf")


class InfinityAmongThem:
    """The n + 1 places as n + 1 scores, the last of them infinite."""

    @staticmethod
    def conformal_threshold(normal_scores, false_alarm_rate):
        return np.quantile(np.append(normal_scores, np.inf), 1 - false_alarm_rate, method="inverted_cdf")


class RaisedLevel:
    """A higher quantile, and none between two scores; half a place below the border, where rounding cannot decide."""

    @staticmethod
    def conformal_threshold(normal_scores, false_alarm_rate):
        n = normal_scores.size
        place = np.ceil((n + 1) * (1 - false_alarm_rate))
        return np.quantile(normal_scores, (place - 0.5) / n, method="inverted_cdf") if place <= n else np.inf


class Partition:
    """No more of the order than is needed, in single precision."""

    @staticmethod
    def conformal_threshold(normal_scores, false_alarm_rate):
        n = len(normal_scores)
        place = int(np.ceil((n + 1) * (1 - false_alarm_rate)))
        return math.inf if place == n + 1 else np.partition(normal_scores.astype(np.float32), place - 1)[place - 1]


class Share:
    """The smallest candidate whose share of places above it is small enough, by exact fractions."""

    @staticmethod
    def conformal_threshold(normal_scores, false_alarm_rate):
        ascending = []
        for score in normal_scores:
            bisect.insort(ascending, float(score))
        n = len(ascending)
        promised = (k for k in range(1, n + 1) if Fraction(n + 1 - k, n + 1) <= Fraction(false_alarm_rate))
        return next((ascending[k - 1] for k in promised), math.inf)
