"""Wrong answers to exercise 32 besides its misconceptions."""

import numpy as np


def _log_softmax(logits, axis=1):
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _picked(logits, codes):
    return np.take_along_axis(_log_softmax(logits), codes[:, None], axis=1)[:, 0]


class BitsOfAWholeNumber:
    """Each code costs a whole number of bits, as in a file."""

    @staticmethod
    def cost_of_codes(logits, codes):
        return np.ceil(-_picked(logits, codes) / np.log(2)).sum(axis=(1, 2)) * np.log(2)


class SumOverTheBatch:
    """The costs of all images are added up to one number."""

    @staticmethod
    def cost_of_codes(logits, codes):
        return -_picked(logits, codes).sum()


class GridOfCosts:
    """The cost of every place is returned, not yet added up."""

    @staticmethod
    def cost_of_codes(logits, codes):
        return -_picked(logits, codes)


class SumOverRowsOnly:
    """The costs are added up along the rows alone, and averaged down the columns."""

    @staticmethod
    def cost_of_codes(logits, codes):
        return -_picked(logits, codes).sum(axis=2).mean(axis=1)


class SharedPrior:
    """The logits of the first image price the codes of all images."""

    @staticmethod
    def cost_of_codes(logits, codes):
        return -_picked(np.repeat(logits[:1], len(logits), axis=0), codes).sum(axis=(1, 2))


class OneCode:
    """The number of the code is taken as a weight of its cost."""

    @staticmethod
    def cost_of_codes(logits, codes):
        return -(codes * _picked(logits, codes)).sum(axis=(1, 2))


class SigmoidForSoftmax:
    """Every code has a probability of its own, the sigmoid of its logit."""

    @staticmethod
    def cost_of_codes(logits, codes):
        chosen = np.take_along_axis(logits, codes[:, None], axis=1)
        return np.logaddexp(0, -chosen).sum(axis=(1, 2, 3))


class LogitsCutOff:
    """Logits are cut off at -20 and 20 against overflow."""

    @staticmethod
    def cost_of_codes(logits, codes):
        return -_picked(logits.clip(-20, 20), codes).sum(axis=(1, 2))


class LargestOfTheGrid:
    """One largest logit for the whole image is taken out, so that places far below it underflow."""

    @staticmethod
    def cost_of_codes(logits, codes):
        shifted = logits - logits.max(axis=(1, 2, 3), keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return -np.take_along_axis(log_p, codes[:, None], axis=1).sum(axis=(1, 2, 3))


class EntropyOfTheMostProbable:
    """-log of the largest q at every place is given back instead of the entropy."""

    @staticmethod
    def negative_bound(distortion, cost, q):
        return distortion + cost + np.log(q.max(axis=1)).sum(axis=(1, 2))


class PerPlaceEntropyOfOneImage:
    """The entropy of the first image is given back to all."""

    @staticmethod
    def negative_bound(distortion, cost, q):
        q = q[:1]
        return distortion + cost + (q * np.log(np.where(q > 0, q, 1))).sum()


class BestOfBoth:
    """A bound cannot be below the distortion, thinks this answer, and cuts it off there."""

    @staticmethod
    def negative_bound(distortion, cost, q):
        entropy = -(q * np.log(np.where(q > 0, q, 1))).sum(axis=(1, 2, 3))
        return np.maximum(distortion, distortion + cost - entropy)


class RateAsKL:
    """The cost is weighed by the mean of q, as if it were a log probability under the prior."""

    @staticmethod
    def negative_bound(distortion, cost, q):
        entropy = -(q * np.log(np.where(q > 0, q, 1))).sum(axis=(1, 2, 3))
        return distortion + q.mean() * cost - entropy


class BinaryEntropy:
    """Each q counts as the coin of its own code: -q log q - (1 - q) log(1 - q)."""

    @staticmethod
    def negative_bound(distortion, cost, q):
        both = [one * np.log(np.where(one > 0, one, 1)) for one in (q, 1 - q)]
        return distortion + cost + sum(both).sum(axis=(1, 2, 3))


class HalfTheBits:
    """Half of the entropy is given back."""

    @staticmethod
    def negative_bound(distortion, cost, q):
        entropy = -(q * np.log(np.where(q > 0, q, 1))).sum(axis=(1, 2, 3))
        return distortion + cost - entropy / 2
