"""Wrong answers to exercise 01, written without sight of its misconceptions."""

import numpy as np


class LogitsClipped:
    """The logits are cut off at 500, so that no exponential overflows and an error of 1000 nats counts only 500."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        logits = np.clip(logits, -500, 500)
        return x * logits - np.log1p(np.exp(logits))


class ShortcutAboveTen:
    """Above a logit of 10 the log is replaced by the logit, although log(1 + exp(-10)) is not 0."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        softplus = np.where(logits > 10, logits, np.log1p(np.exp(np.minimum(logits, 10))))
        return x * logits - softplus


class WithoutAbsolute:
    """The absolute value is missing: for negative logits the exponential is above 1 and grows."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        return x * logits - np.maximum(logits, 0) - np.log1p(np.exp(-logits))


class OneShiftForAllPixels:
    """The largest logit of the whole array is taken out, so that pixels far below it give log 0."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        m = max(logits.max(), 0)
        return x * logits - (m + np.log(np.exp(-m) + np.exp(logits - m)))


class SignedOverflow:
    """The two cases are joined by a sign, but the exponential still overflows where the decoder errs most."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        sign = 2 * x - 1
        return -np.log1p(np.exp(-sign * logits))


class WhitePixelsOnly:
    """Only the white pixels count: a black pixel adds 0, whatever the logit."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        return -x * (np.maximum(-logits, 0) + np.log1p(np.exp(-np.abs(logits))))


class LogitTakenForProbability:
    """The sigmoid is applied twice: the probability is put where the logit belongs."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        p = np.exp(np.minimum(logits, 0)) / (1 + np.exp(-np.abs(logits)))
        return x * p - np.log1p(np.exp(p))


class InfinityReplaced:
    """Form (1) as it stands, with infinities turned into the largest float and no-numbers into 0."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        p = 1 / (1 + np.exp(-logits))
        return np.nan_to_num(x * np.log(p) + (1 - x) * np.log(1 - p))
