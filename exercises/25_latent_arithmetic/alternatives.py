"""Right answers to exercise 25 in other styles."""

import numpy as np


class WithLoops:
    """Sums and counts, and one code after the other."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        sums, counts = np.zeros((2, codes.shape[1])), [0, 0]
        for code, has in zip(codes, has_attribute, strict=True):
            sums[int(has)] += code
            counts[int(has)] += 1
        return sums[1] / counts[1] - sums[0] / counts[0]

    @staticmethod
    def shift(codes, direction, strengths):
        moved = np.empty((len(codes), len(strengths), len(direction)))
        for i in range(len(codes)):
            for s in range(len(strengths)):
                for j in range(len(direction)):
                    moved[i, s, j] = codes[i, j] + strengths[s] * direction[j]
        return moved


class WithProducts:
    """The means as an inner product with shares, the shift with an outer product."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        has = has_attribute.astype(np.float64)
        return (has / has.sum() - (1 - has) / (1 - has).sum()) @ codes

    @staticmethod
    def shift(codes, direction, strengths):
        return np.expand_dims(codes, 1) + np.outer(strengths, direction)


class SinglePrecision:
    """Averages with weights, and a copy that is changed in place, in float32."""

    @staticmethod
    def attribute_direction(codes, has_attribute):
        codes = codes.astype(np.float32)
        with_it = np.average(codes, axis=0, weights=has_attribute)
        without = np.average(codes, axis=0, weights=np.logical_not(has_attribute))
        return (with_it - without).astype(np.float32)

    @staticmethod
    def shift(codes, direction, strengths):
        moved = np.repeat(codes[:, np.newaxis].astype(np.float32), len(strengths), axis=1)
        moved += np.einsum("s,j->sj", strengths, direction).astype(np.float32)
        return moved
