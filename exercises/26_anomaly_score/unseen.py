"""Wrong answers to exercise 26, written without sight of its misconceptions."""

import numpy as np


class KlSubtracted:
    """The KL is subtracted from the reconstruction term."""

    @staticmethod
    def anomaly_score(reconstruction, kl):
        return reconstruction - kl.sum(axis=1)


class LargestKlOnly:
    """Only the latent with the largest KL counts."""

    @staticmethod
    def anomaly_score(reconstruction, kl):
        return reconstruction + kl.max(axis=1)


class KlOfTheBatch:
    """Every image gets the mean KL of the batch instead of its own."""

    @staticmethod
    def anomaly_score(reconstruction, kl):
        return reconstruction + kl.sum(axis=1).mean()


class PositiveOnly:
    """A negative score is set to 0."""

    @staticmethod
    def anomaly_score(reconstruction, kl):
        return np.maximum(reconstruction + kl.sum(axis=1), 0)


class ChangedInPlace:
    """The KL is added to the caller's array of reconstruction terms."""

    @staticmethod
    def anomaly_score(reconstruction, kl):
        reconstruction += kl.sum(axis=1)
        return reconstruction


class LowerTail:
    """The quantile at the rate itself is taken: the lower tail of the normal scores."""

    @staticmethod
    def anomaly_threshold(normal_scores, false_alarm_rate):
        return float(np.quantile(normal_scores, false_alarm_rate))


class WholePlace:
    """The place is rounded down to a whole number and nothing is interpolated."""

    @staticmethod
    def anomaly_threshold(normal_scores, false_alarm_rate):
        place = int((len(normal_scores) - 1) * (1 - false_alarm_rate))
        return float(np.sort(normal_scores)[place])


class NTimesTheShare:
    """The place is n (1 - rate) instead of (n - 1) (1 - rate)."""

    @staticmethod
    def anomaly_threshold(normal_scores, false_alarm_rate):
        ascending = np.sort(normal_scores)
        place = min(len(ascending) * (1 - false_alarm_rate), len(ascending) - 1)
        return float(np.interp(place, np.arange(len(ascending)), ascending))


class NotSorted:
    """The scores are not sorted before the place is looked up."""

    @staticmethod
    def anomaly_threshold(normal_scores, false_alarm_rate):
        place = (len(normal_scores) - 1) * (1 - false_alarm_rate)
        return float(np.interp(place, np.arange(len(normal_scores)), normal_scores))


class BellCurve:
    """The threshold is mean + z standard deviations, as if the scores were normally distributed."""

    @staticmethod
    def anomaly_threshold(normal_scores, false_alarm_rate):
        draws = np.quantile(np.random.default_rng(0).standard_normal(100_000), 1 - false_alarm_rate)
        return float(normal_scores.mean() + draws * normal_scores.std())


class SortedInPlace:
    """The caller's normal scores are sorted in place."""

    @staticmethod
    def anomaly_threshold(normal_scores, false_alarm_rate):
        normal_scores.sort()
        return float(np.quantile(normal_scores, 1 - false_alarm_rate))


class AlarmAtTheThreshold:
    """A score that is equal to the threshold raises an alarm too."""

    @staticmethod
    def detection_rate(normal_scores, anomalous_scores, false_alarm_rate):
        return float(np.mean(anomalous_scores >= np.quantile(normal_scores, 1 - false_alarm_rate)))


class ThresholdFromAllScores:
    """The threshold comes from normal and anomalous scores together."""

    @staticmethod
    def detection_rate(normal_scores, anomalous_scores, false_alarm_rate):
        threshold = np.quantile(np.concatenate([normal_scores, anomalous_scores]), 1 - false_alarm_rate)
        return float(np.mean(anomalous_scores > threshold))


class ShareOfAlarms:
    """The share of alarms that are right (precision) is returned instead of the share of anomalies found."""

    @staticmethod
    def detection_rate(normal_scores, anomalous_scores, false_alarm_rate):
        threshold = np.quantile(normal_scores, 1 - false_alarm_rate)
        hits, false_alarms = np.sum(anomalous_scores > threshold), np.sum(normal_scores > threshold)
        return float(hits / max(hits + false_alarms, 1))


class AlarmsCounted:
    """The number of anomalous images found is returned, not their share."""

    @staticmethod
    def detection_rate(normal_scores, anomalous_scores, false_alarm_rate):
        return float(np.sum(anomalous_scores > np.quantile(normal_scores, 1 - false_alarm_rate)))


class DividedByTheNormalOnes:
    """The number found is divided by the number of normal images."""

    @staticmethod
    def detection_rate(normal_scores, anomalous_scores, false_alarm_rate):
        found = np.sum(anomalous_scores > np.quantile(normal_scores, 1 - false_alarm_rate))
        return float(found / len(normal_scores))


class TiesByRank:
    """The area comes from ranks that order equal scores at random, so that a tie counts 0 or 1 but never one half."""

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        scores = np.concatenate([normal_scores, anomalous_scores])
        ranks = np.empty(len(scores))
        ranks[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
        n, m = len(normal_scores), len(anomalous_scores)
        return float((ranks[n:].sum() - m * (m + 1) / 2) / (n * m))


class RanksOfTheWrongGroup:
    """In the rank formula n takes the place of m, which is right for as many normal as anomalous images only."""

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        n, m = len(normal_scores), len(anomalous_scores)
        higher = (anomalous_scores[:, None] > normal_scores).sum()
        ties = (anomalous_scores[:, None] == normal_scores).sum()
        rank_sum = higher + ties / 2 + m * (m + 1) / 2
        return float((rank_sum - n * (n + 1) / 2) / (n * m))


class NearTiesCount:
    """Scores that are close to one another count as a tie, by np.isclose."""

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        tie = np.isclose(anomalous_scores[:, None], normal_scores, rtol=1e-2)
        higher = (anomalous_scores[:, None] > normal_scores) & ~tie
        return float(np.mean(higher + 0.5 * tie))


class RightOnlyIfSorted:
    """np.searchsorted is used on normal scores that nobody sorted."""

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        below = np.searchsorted(normal_scores, anomalous_scores, side="left")
        not_above = np.searchsorted(normal_scores, anomalous_scores, side="right")
        return float((below + not_above).mean() / 2 / len(normal_scores))


class BetterOfTheTwo:
    """An area below one half is turned round to 1 - area."""

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        higher = anomalous_scores[:, None] > normal_scores
        tie = anomalous_scores[:, None] == normal_scores
        area = np.mean(higher + 0.5 * tie)
        return float(max(area, 1 - area))


class RightSteps:
    """The curve is summed up as a staircase over the normal scores, so that ties count in full."""

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        return float(np.mean([np.mean(anomalous_scores >= score) for score in normal_scores]))


class EqualNumbers:
    """Only the pairs of equal number are compared, up to the shorter of the two."""

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        size = min(len(normal_scores), len(anomalous_scores))
        normal, anomalous = normal_scores[:size], anomalous_scores[:size]
        return float(np.mean((anomalous > normal) + 0.5 * (anomalous == normal)))


class FewThresholds:
    """The area is a trapezoid sum over 11 thresholds between the least and the greatest score."""

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        scores = np.concatenate([normal_scores, anomalous_scores])
        thresholds = np.concatenate([[np.inf], np.linspace(scores.max(), scores.min(), 11), [-np.inf]])
        false_alarms = np.array([np.mean(normal_scores > t) for t in thresholds])
        found = np.array([np.mean(anomalous_scores > t) for t in thresholds])
        return float(np.sum(np.diff(false_alarms) * (found[1:] + found[:-1]) / 2))
