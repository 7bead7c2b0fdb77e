"""Right answers to exercise 22 in other styles."""

from collections import Counter
from math import log

import numpy as np
from sklearn.metrics import mutual_info_score

from common.errors import InvalidArgument
from common.metrics.mutual_information_gap import equal_width_bins


class WithCounters:
    """Dictionaries of counts."""

    @staticmethod
    def discrete_mutual_information(a, b):
        n = len(a)
        pairs, first, second = Counter(zip(a, b, strict=True)), Counter(a), Counter(b)
        return sum(c / n * log(c * n / (first[i] * second[j])) for (i, j), c in pairs.items())


class FromEntropies:
    """I = H(a) + H(b) - H(a, b), and a matrix of all factors and latents."""

    @staticmethod
    def discrete_mutual_information(a, b):
        def entropy(*columns):
            _, counts = np.unique(np.stack(columns), axis=1, return_counts=True)
            p = counts / counts.sum()
            return -np.sum(p * np.log(p))

        return entropy(a) + entropy(b) - entropy(a, b)

    @staticmethod
    def mutual_information_gap(factors, codes):
        information = FromEntropies.discrete_mutual_information
        binned = np.stack([equal_width_bins(code) for code in codes.T])
        table = np.array([[information(v, z) for z in binned] for v in factors.T])
        entropies = np.array([information(v, v) for v in factors.T])
        changes = np.ptp(factors, axis=0) > 0
        if table.shape[1] < 2 or not changes.any():
            raise InvalidArgument("factors or codes", "too few", "two latents, and a factor that changes")
        top = -np.sort(-table[changes], axis=1)
        return np.mean((top[:, 0] - top[:, 1]) / entropies[changes])


class FromScikitLearn:
    """The function of scikit-learn, and bins of one's own."""

    @staticmethod
    def discrete_mutual_information(a, b):
        return mutual_info_score(a, b)

    @staticmethod
    def mutual_information_gap(factors, codes):
        if codes.shape[1] == 1:
            raise InvalidArgument("codes", "one latent", "two")
        gaps = []
        low, high = codes.min(axis=0), codes.max(axis=0)
        width = np.where(high > low, (high - low) / 20, 1)
        binned = np.minimum(((codes - low) / width).astype(int), 19)
        for k in range(factors.shape[1]):
            v = factors[:, k]
            if np.all(v == v[0]):
                continue
            told = [mutual_info_score(v, binned[:, j]) for j in range(codes.shape[1])]
            best = max(told)
            told.remove(best)
            gaps.append((best - max(told)) / mutual_info_score(v, v))
        if len(gaps) == 0:
            raise InvalidArgument("factors", "none that changes", "one")
        return sum(gaps) / len(gaps)
