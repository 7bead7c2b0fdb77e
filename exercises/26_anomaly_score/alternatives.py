"""Right answers to exercise 26 in other styles."""

import numpy as np


class WithLoops:
    """Sums, a sorted list and two nested loops."""

    @staticmethod
    def anomaly_score(reconstruction, kl):
        scores = []
        for image in range(len(reconstruction)):
            elbo = -reconstruction[image]
            for latent in range(kl.shape[1]):
                elbo -= kl[image, latent]
            scores.append(-elbo)
        return np.array(scores)

    @staticmethod
    def anomaly_threshold(normal_scores, false_alarm_rate):
        ascending = sorted(float(score) for score in normal_scores)
        place = (len(ascending) - 1) * (1 - false_alarm_rate)
        lower = int(place)
        upper = min(lower + 1, len(ascending) - 1)
        return ascending[lower] + (place - lower) * (ascending[upper] - ascending[lower])

    @staticmethod
    def detection_rate(normal_scores, anomalous_scores, false_alarm_rate):
        threshold = WithLoops.anomaly_threshold(normal_scores, false_alarm_rate)
        return sum(1 for score in anomalous_scores if score > threshold) / len(anomalous_scores)

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        wins = 0.0
        for normal in normal_scores:
            for anomalous in anomalous_scores:
                wins += 1 if anomalous > normal else 0.5 if anomalous == normal else 0
        return wins / (len(normal_scores) * len(anomalous_scores))


class WithPairs:
    """np.percentile, truth values counted, and a table of all pairs."""

    @staticmethod
    def anomaly_score(reconstruction, kl):
        return np.hstack([reconstruction[:, None], kl]) @ np.ones(kl.shape[1] + 1)

    @staticmethod
    def anomaly_threshold(normal_scores, false_alarm_rate):
        return -np.percentile(-normal_scores, 100 * false_alarm_rate)

    @staticmethod
    def detection_rate(normal_scores, anomalous_scores, false_alarm_rate):
        threshold = np.quantile(normal_scores, 1 - false_alarm_rate)
        return np.count_nonzero(anomalous_scores > threshold) / anomalous_scores.size

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        return 0.5 + np.sign(anomalous_scores[None, :] - normal_scores[:, None]).mean() / 2


class UnderTheCurve:
    """The area by trapezia under the curve itself, the scores in float32."""

    @staticmethod
    def anomaly_score(reconstruction, kl):
        return reconstruction.astype(np.float32) + kl.astype(np.float32).sum(axis=1)

    @staticmethod
    def area_under_roc(normal_scores, anomalous_scores):
        borders = np.unique(np.concatenate([normal_scores, anomalous_scores]))[::-1]
        alarms = [0.0] + [(normal_scores >= border).mean() for border in borders]
        detected = [0.0] + [(anomalous_scores >= border).mean() for border in borders]
        return np.trapezoid(detected, alarms)
