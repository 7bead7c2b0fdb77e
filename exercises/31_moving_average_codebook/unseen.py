"""Wrong answers to exercise 31 besides its misconceptions."""

import numpy as np

from numpy_impl.vector_quantization import nearest_codes


def _chosen(z_e, counts, sums):
    codebook = sums / counts[:, None]
    codes = nearest_codes(z_e, codebook)
    return codebook, codes, np.eye(len(counts))[codes]


class IntegerCounts:
    """start_averages counts in whole numbers and cuts the codes to them."""

    @staticmethod
    def start_averages(codebook):
        return np.ones(len(codebook)), codebook.astype(int)


class RandomSums:
    """start_averages draws m anew, so that the first step replaces the codebook by noise."""

    @staticmethod
    def start_averages(codebook):
        return np.ones(len(codebook)), np.random.default_rng(0).standard_normal(codebook.shape)


class OneCount:
    """start_averages makes one count for all codes."""

    @staticmethod
    def start_averages(codebook):
        return 1.0, codebook.copy()


class BiasCorrected:
    """The averages are divided by 1 - decay, as in the first step of Adam."""

    @staticmethod
    def quantize_and_average(z_e, counts, sums, decay):
        codebook, codes, chose = _chosen(z_e, counts, sums)
        scale = max(1 - decay, 1e-8)
        return codebook[codes], codes, (decay * counts + (1 - decay) * chose.sum(0)) / scale, sums.copy()


class LastRowWins:
    """A code takes the last row that chose it, with a weight of 1 - decay."""

    @staticmethod
    def quantize_and_average(z_e, counts, sums, decay):
        codebook, codes, _ = _chosen(z_e, counts, sums)
        N, m = decay * counts, decay * sums
        N[codes] += 1 - decay
        m[codes] += (1 - decay) * z_e
        return codebook[codes], codes, N, m


class DecayPerRow:
    """The averages decay once for every row instead of once for the minibatch."""

    @staticmethod
    def quantize_and_average(z_e, counts, sums, decay):
        codebook, codes, _ = _chosen(z_e, counts, sums)
        N, m = counts.copy(), sums.copy()
        for k, row in zip(codes, z_e, strict=True):
            N, m = decay * N, decay * m
            N[k] += 1 - decay
            m[k] += (1 - decay) * row
        return codebook[codes], codes, N, m


class MovesWithinTheMinibatch:
    """Every row is quantised with codes that the rows before it have moved already."""

    @staticmethod
    def quantize_and_average(z_e, counts, sums, decay):
        N, m, found, codes = decay * counts, decay * sums, [], []
        for row in z_e:
            codebook = m / N[:, None]
            k = int(((codebook - row) ** 2).sum(1).argmin())
            N[k] += 1 - decay
            m[k] += (1 - decay) * row
            found.append(codebook[k])
            codes.append(k)
        return np.array(found), np.array(codes), N, m


class CodesForSums:
    """Returns the codes m / N in the place of m."""

    @staticmethod
    def quantize_and_average(z_e, counts, sums, decay):
        codebook, codes, chose = _chosen(z_e, counts, sums)
        N = decay * counts + (1 - decay) * chose.sum(0)
        m = decay * sums + (1 - decay) * chose.T @ z_e
        return codebook[codes], codes, N, m / N[:, None]


class SumOfTheCodes:
    """m collects the chosen codes instead of the rows that chose them."""

    @staticmethod
    def quantize_and_average(z_e, counts, sums, decay):
        codebook, codes, chose = _chosen(z_e, counts, sums)
        N = decay * counts + (1 - decay) * chose.sum(0)
        return codebook[codes], codes, N, decay * sums + (1 - decay) * chose.T @ codebook[codes]


class CountsOfUsedCodesOnly:
    """bincount without a length: codes at the end that no row chose are missing."""

    @staticmethod
    def quantize_and_average(z_e, counts, sums, decay):
        codebook, codes, chose = _chosen(z_e, counts, sums)
        n = np.bincount(codes)
        N = decay * counts[: len(n)] + (1 - decay) * n
        return codebook[codes], codes, N, decay * sums + (1 - decay) * chose.T @ z_e


class RestartsAtTheMean:
    """Dead codes start again at the mean of z_e."""

    @staticmethod
    def restart_dead_codes(counts, sums, z_e, chosen, fewest):
        dead = counts < fewest
        return np.where(dead, 1, counts), np.where(dead[:, None], z_e.mean(axis=0), sums)


class RestartsAtOtherCodes:
    """Dead codes start again at the place of the code that is used most."""

    @staticmethod
    def restart_dead_codes(counts, sums, z_e, chosen, fewest):
        dead, most = counts < fewest, counts.argmax()
        return np.where(dead, 1, counts), np.where(dead[:, None], sums[most] / counts[most], sums)


class OneRestartAtATime:
    """Only the first dead code starts again."""

    @staticmethod
    def restart_dead_codes(counts, sums, z_e, chosen, fewest):
        counts, sums = counts.copy(), sums.copy()
        for k in np.flatnonzero(counts < fewest)[:1]:
            counts[k], sums[k] = 1, z_e[chosen[k]]
        return counts, sums


class RestartsInPlace:
    """The caller's averages are changed, and returned."""

    @staticmethod
    def restart_dead_codes(counts, sums, z_e, chosen, fewest):
        dead = counts < fewest
        counts[dead] = 1
        sums[dead] = z_e[chosen[dead]]
        return counts, sums


class DeadOnesAreZeroOnly:
    """A code counts as dead only where its N is 0."""

    @staticmethod
    def restart_dead_codes(counts, sums, z_e, chosen, fewest):
        dead = counts == 0
        return np.where(dead, 1, counts), np.where(dead[:, None], z_e[chosen], sums)
