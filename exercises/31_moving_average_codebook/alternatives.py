"""Right answers to exercise 31 in other styles."""

import numpy as np

from numpy_impl.vector_quantization import nearest_codes


class Loops:
    """One row, and one code, at a time."""

    @staticmethod
    def start_averages(codebook):
        counts, sums = [], []
        for e in codebook:
            counts.append(1.0)
            sums.append(1.0 * e)
        return np.array(counts), np.array(sums)

    @staticmethod
    def quantize_and_average(z_e, counts, sums, decay):
        codebook = np.array([m / N for m, N in zip(sums, counts, strict=True)])
        N, m = [decay * one for one in counts], [decay * one for one in sums]
        codes = []
        for row in z_e:
            k = int(np.argmin([np.dot(row - e, row - e) for e in codebook]))
            N[k] += 1 - decay
            m[k] = m[k] + (1 - decay) * row
            codes.append(k)
        return codebook[codes], np.array(codes), np.array(N), np.array(m)

    @staticmethod
    def restart_dead_codes(counts, sums, z_e, chosen, fewest):
        counts, sums = counts.copy(), sums.copy()
        for k in range(len(counts)):
            if counts[k] < fewest:
                counts[k], sums[k] = 1, z_e[chosen[k]]
        return counts, sums


class OneHot:
    """Products with one-hot rows, and steps towards the minibatch."""

    @staticmethod
    def start_averages(codebook):
        counts = np.ones_like(codebook[:, 0])
        return counts, codebook * counts[:, None]

    @staticmethod
    def quantize_and_average(z_e, counts, sums, decay):
        codebook = (sums.T / counts).T
        codes = nearest_codes(z_e, codebook)
        chose = np.eye(len(counts))[codes]
        counts = counts + (1 - decay) * (chose.sum(axis=0) - counts)
        return chose @ codebook, codes, counts, sums + (1 - decay) * (chose.T @ z_e - sums)

    @staticmethod
    def restart_dead_codes(counts, sums, z_e, chosen, fewest):
        (dead,) = np.nonzero(counts < fewest)
        new_counts, new_sums = np.array(counts), np.array(sums)
        new_counts[dead] = 1.0
        new_sums[dead] = np.take(z_e, chosen[dead], axis=0)
        return new_counts, new_sums


class MeansInSinglePrecision:
    """Codes and their means in the place of sums, as in the course's module, and float32."""

    @staticmethod
    def start_averages(codebook):
        return np.full(len(codebook), 1, np.float32), np.array(codebook, np.float32)

    @staticmethod
    def quantize_and_average(z_e, counts, sums, decay):
        z_e, counts, sums = (array.astype(np.float32) for array in (z_e, counts, sums))
        codebook = sums / counts[:, None]
        codes = nearest_codes(z_e, codebook)
        n = np.bincount(codes, minlength=len(counts)).astype(np.float32)
        means = codebook.copy()
        for k in set(codes.tolist()):
            means[k] = z_e[codes == k].mean(axis=0)
        kept, new = decay * counts, (1 - decay) * n
        return codebook[codes], codes, kept + new, kept[:, None] * codebook + new[:, None] * means

    @staticmethod
    def restart_dead_codes(counts, sums, z_e, chosen, fewest):
        alive = (counts >= fewest).astype(np.float32)
        counts = alive * counts + (1 - alive)
        return counts, alive[:, None] * sums + (1 - alive)[:, None] * z_e[chosen]
