"""Wrong answers to exercise 05, written without sight of its misconceptions."""

import numpy as np


class ShiftByTheMean:
    """The mean log weight is taken out instead of the largest, so that one very good sample overflows."""

    @staticmethod
    def importance_weighted_bound(log_weights):
        m = log_weights.mean(axis=0)
        return m + np.log(np.exp(log_weights - m).mean(axis=0))


class ShiftByTheFirstSample:
    """The first log weight is taken out instead of the largest."""

    @staticmethod
    def importance_weighted_bound(log_weights):
        m = log_weights[0]
        return m + np.log(np.exp(log_weights - m).mean(axis=0))


class LogOfTheBatch:
    """The log of the number of images is subtracted instead of the log of the number of samples."""

    @staticmethod
    def importance_weighted_bound(log_weights):
        m = log_weights.max(axis=0)
        return m + np.log(np.exp(log_weights - m).sum(axis=0)) - np.log(log_weights.shape[1])


class WeightsNormalised:
    """The weights are normalised and used to average the log weights, which is no bound of log p(x)."""

    @staticmethod
    def importance_weighted_bound(log_weights):
        w = np.exp(log_weights - log_weights.max(axis=0))
        w = w / w.sum(axis=0)
        return (w * log_weights).sum(axis=0)


class BestSampleOnly:
    """Only the best sample counts: the largest log weight less log k."""

    @staticmethod
    def importance_weighted_bound(log_weights):
        return log_weights.max(axis=0) - np.log(len(log_weights))


class FiveThousandSamples:
    """k is taken to be 5000, whatever the number of samples."""

    @staticmethod
    def importance_weighted_bound(log_weights):
        return np.logaddexp.reduce(log_weights, axis=0) - np.log(5000)


class NeverPositive:
    """The bound is cut off at 0, although a density may be above 1 and its log above 0."""

    @staticmethod
    def importance_weighted_bound(log_weights):
        return np.minimum(np.logaddexp.reduce(log_weights, axis=0) - np.log(len(log_weights)), 0)


class LogWeightsClipped:
    """Log weights below -700 are raised to -700, so that no exponential is 0."""

    @staticmethod
    def importance_weighted_bound(log_weights):
        return np.log(np.exp(np.clip(log_weights, -700, 700)).mean(axis=0))


class FirstSampleForgotten:
    """The running sum starts with the second sample, so that the first weight is left out."""

    @staticmethod
    def importance_weighted_bound(log_weights):
        if len(log_weights) == 1:
            return log_weights[0]
        return np.logaddexp.reduce(log_weights[1:], axis=0) - np.log(len(log_weights))
