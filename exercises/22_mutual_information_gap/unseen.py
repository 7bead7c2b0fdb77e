"""Wrong answers to exercise 22, written without sight of its misconceptions."""

import numpy as np

from common.errors import InvalidArgument
from common.metrics.mutual_information_gap import discrete_mutual_information as information_of
from common.metrics.mutual_information_gap import equal_width_bins


def _checked(factors, codes):
    if codes.shape[1] < 2:
        raise InvalidArgument("codes", f"{codes.shape[1]} latents", "at least two, for a gap between them")
    if all(len(np.unique(factor)) < 2 for factor in factors.T):
        raise InvalidArgument("factors", "factors of one value each", "at least one factor that changes")


def _table(factors, codes):
    latents = [equal_width_bins(code) for code in codes.T]
    changing = [factor for factor in factors.T if len(np.unique(factor)) > 1]
    table = np.array([[information_of(factor, latent) for latent in latents] for factor in changing])
    return table, np.array([information_of(factor, factor) for factor in changing])


def _joint(a, b):
    _, rows = np.unique(a, return_inverse=True)
    _, columns = np.unique(b, return_inverse=True)
    counts = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(counts, (rows, columns), 1)
    return counts


class PairsCountedOnce:
    """counts[rows, columns] += 1 counts a pair once, however often it occurs."""

    @staticmethod
    def discrete_mutual_information(a, b):
        _, rows = np.unique(a, return_inverse=True)
        _, columns = np.unique(b, return_inverse=True)
        counts = np.zeros((rows.max() + 1, columns.max() + 1))
        counts[rows, columns] += 1
        joint = counts / counts.sum()
        independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
        seen = joint > 0
        return float((joint[seen] * np.log(joint[seen] / independent[seen])).sum())


class OneAddedToCounts:
    """Every cell of the table starts at 1 to avoid log 0, so pairs that never occur count."""

    @staticmethod
    def discrete_mutual_information(a, b):
        joint = _joint(a, b) + 1
        joint = joint / joint.sum()
        independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
        return float((joint * np.log(joint / independent)).sum())


class ConditionalEntropy:
    """The sum is of -p_ij log(p_ij / p_j): the entropy of a given b, not the information."""

    @staticmethod
    def discrete_mutual_information(a, b):
        joint = _joint(a, b) / len(a)
        given = joint / joint.sum(axis=0, keepdims=True)
        seen = joint > 0
        return float(-(joint[seen] * np.log(given[seen])).sum())


class TwentyBinsForValues:
    """The pairs are counted with a histogram of 20 x 20 bins, which throws values together when there are more."""

    @staticmethod
    def discrete_mutual_information(a, b):
        counts, _, _ = np.histogram2d(a, b, bins=20)
        joint = counts / counts.sum()
        independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
        seen = joint > 0
        return float((joint[seen] * np.log(joint[seen] / independent[seen])).sum())


class TiesDropped:
    """Equal informations are merged before the second is taken, so two equal latents do not give a gap of 0."""

    @staticmethod
    def mutual_information_gap(factors, codes):
        _checked(factors, codes)
        table, entropies = _table(factors, codes)
        gaps = []
        for row, entropy in zip(table, entropies, strict=True):
            information = [*sorted(set(row.tolist()))]
            second = information[-2] if len(information) > 1 else information[-1]
            gaps.append((information[-1] - second) / entropy)
        return float(np.mean(gaps))


class OnePairOfLatents:
    """The two latents with the most information over all factors are used for every factor."""

    @staticmethod
    def mutual_information_gap(factors, codes):
        _checked(factors, codes)
        table, entropies = _table(factors, codes)
        first, second = np.argsort(-table.sum(axis=0))[:2]
        return float(np.mean(np.abs(table[:, first] - table[:, second]) / entropies))


class SortedAlongFactors:
    """The table is sorted along the factors, so the last two columns are no longer the best latents of a factor."""

    @staticmethod
    def mutual_information_gap(factors, codes):
        _checked(factors, codes)
        table, entropies = _table(factors, codes)
        table = np.sort(table, axis=0)
        return float(np.mean((table[:, -1] - table[:, -2]) / entropies))


class LogOfNumberOfValues:
    """The gap is divided by the log of the number of values, the entropy only if all values are equally frequent."""

    @staticmethod
    def mutual_information_gap(factors, codes):
        _checked(factors, codes)
        table, _ = _table(factors, codes)
        largest = [np.log(len(np.unique(factor))) for factor in factors.T if len(np.unique(factor)) > 1]
        information = np.sort(table, axis=1)
        return float(np.mean((information[:, -1] - information[:, -2]) / largest))


class ConstantFactorCountsAsZero:
    """A factor that never changes stays in the mean with a gap of 0."""

    @staticmethod
    def mutual_information_gap(factors, codes):
        _checked(factors, codes)
        table, entropies = _table(factors, codes)
        information = np.sort(table, axis=1)
        return float(((information[:, -1] - information[:, -2]) / entropies).sum() / factors.shape[1])


class RatioOfMeans:
    """The mean gap is divided by the mean entropy, instead of each gap by its own entropy."""

    @staticmethod
    def mutual_information_gap(factors, codes):
        _checked(factors, codes)
        table, entropies = _table(factors, codes)
        information = np.sort(table, axis=1)
        return float((information[:, -1] - information[:, -2]).mean() / entropies.mean())


class BinsSharedByLatents:
    """The bins are cut once between the least and greatest value of all latents together."""

    @staticmethod
    def mutual_information_gap(factors, codes):
        _checked(factors, codes)
        latents = equal_width_bins(codes.ravel()).reshape(codes.shape)
        gaps = []
        for factor in factors.T:
            if len(np.unique(factor)) > 1:
                information = sorted(information_of(factor, latent) for latent in latents.T)
                gaps.append((information[-1] - information[-2]) / information_of(factor, factor))
        return float(np.mean(gaps))


class ZeroWithoutChange:
    """If no factor ever changes the answer is 0 instead of an InvalidArgument."""

    @staticmethod
    def mutual_information_gap(factors, codes):
        if codes.shape[1] < 2:
            raise InvalidArgument("codes", f"{codes.shape[1]} latents", "at least two, for a gap between them")
        table, entropies = _table(factors, codes)
        if not len(entropies):
            return 0.0
        information = np.sort(table, axis=1)
        return float(np.mean((information[:, -1] - information[:, -2]) / entropies))
