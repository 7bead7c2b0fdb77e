"""Right answers to exercise 08 in other styles."""

import numpy as np
from scipy.special import expit, log_expit


class FromSciPy:
    """The sigmoid as SciPy has it."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        value = x * log_expit(logits) + (1 - x) * log_expit(-logits)
        return value, lambda dy: dy * (x - expit(logits))


class ByTheColourOfThePixel:
    """The gradient is 1 - p on white pixels and -p on black ones."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        sign = 2 * x - 1

        def pullback(dy):
            return dy * np.where(x == 1, expit(-logits), -expit(logits))

        return -np.logaddexp(0, -sign * logits), pullback


class WithLoops:
    """A loop over pixels with a stable sigmoid, in place on an array of its own."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        def pullback(dy):
            dlogits = np.array(np.broadcast_to(dy, logits.shape))
            for index, logit in np.ndenumerate(logits):
                decay = np.exp(-abs(logit))
                probability = 1 / (1 + decay) if logit > 0 else decay / (1 + decay)
                dlogits[index] *= x[index] - probability
            return dlogits

        return x * logits - np.logaddexp(0, logits), pullback


class SinglePrecision:
    """The same in float32, with the sigmoid as a tanh."""

    @staticmethod
    def bernoulli_log_likelihood(x, logits):
        x, logits = x.astype(np.float32), logits.astype(np.float32)

        def pullback(dy):
            return dy.astype(np.float32) * (x - 0.5 - 0.5 * np.tanh(0.5 * logits))

        return x * logits - np.logaddexp(np.float32(0), logits), pullback
