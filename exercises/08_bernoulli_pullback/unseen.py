"""Wrong answers to exercise 08, written without sight of its misconceptions."""

import numpy as np


def _value(x, logits):
    return x * logits - np.maximum(logits, 0) - np.log1p(np.exp(-np.abs(logits)))


def _probability(logits):
    decay = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1, decay) / (1 + decay)


class NotANumberMadeZero:
    """The overflow is hidden by nan_to_num, so that a very wrong pixel has the slope 0 instead of -1."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        def pullback(dy):
            exponential = np.exp(logits)
            return dy * np.nan_to_num(x - exponential / (1 + exponential))

        return _value(x, logits), pullback


class DySummed:
    """dy is summed to one number before it is multiplied: right only where one number arrives."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        def pullback(dy):
            return dy.sum() * (x - _probability(logits))

        return _value(x, logits), pullback


class PixelsChangedInPlace:
    """The difference x - p is written into the caller's x."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        value = _value(x, logits)

        def pullback(dy):
            residual = x
            residual -= _probability(logits)
            return dy * residual

        return value, pullback


class BranchOnTheWrongVariable:
    """The branch of the sigmoid asks whether x is at least 0, which every pixel is, instead of the logit."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        decay = np.exp(-np.abs(logits))

        def pullback(dy):
            probability = np.where(x >= 0, 1, decay) / (1 + decay)
            return dy * (x - probability)

        return _value(x, logits), pullback


class LogitsClipped:
    """The logits are cut off at -10 and 10 before the sigmoid."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        def pullback(dy):
            return dy * (x - 1 / (1 + np.exp(-np.clip(logits, -10, 10))))

        return _value(x, logits), pullback


class WhitePixelsOnly:
    """Only the white pixels get a gradient: x (1 - p)."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        def pullback(dy):
            return dy * x * (1 - _probability(logits))

        return _value(x, logits), pullback


class MeanOverTheBatch:
    """The pullback divides by the number of images, though that is in dy already."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        def pullback(dy):
            return dy * (x - _probability(logits)) / len(x)

        return _value(x, logits), pullback


class ShapeOfDyDemanded:
    """dy is reshaped to the shape of the logits, which fails where one number arrives for all pixels."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        def pullback(dy):
            return dy.reshape(logits.shape) * (x - _probability(logits))

        return _value(x, logits), pullback
