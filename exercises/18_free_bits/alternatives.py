"""Right answers to exercise 18 in other styles."""

import numpy as np


class WithLoops:
    """A loop over latents; the gradient is written into an array of zeros."""

    @staticmethod
    def free_bits(kl, minimum):
        batch, latents = kl.shape
        y = 0.0
        above = []
        for j in range(latents):
            mean = sum(kl[b, j] for b in range(batch)) / batch
            above.append(mean >= minimum)
            y += max(mean, minimum)

        def pullback(dy):
            dkl = np.zeros((batch, latents))
            for j in range(latents):
                if above[j]:
                    dkl[:, j] = dy / batch
            return dkl

        return y, pullback


class ExcessAboveTheMinimum:
    """The minimum of all latents, plus what lies above it; the pullback is a lambda with an outer product."""

    @staticmethod
    def free_bits(kl, minimum):
        excess = kl.mean(0) - minimum
        y = kl.shape[1] * minimum + np.clip(excess, 0, None).sum()
        return y, lambda dy: np.outer(np.full(len(kl), dy / len(kl)), excess >= 0)


class SinglePrecision:
    """The same in float32, with np.where and a copy of the mean for every image."""

    @staticmethod
    def free_bits(kl, minimum):
        kl = kl.astype(np.float32)
        mean = np.repeat(kl.mean(axis=0, keepdims=True), len(kl), axis=0)
        y = np.where(mean < minimum, np.float32(minimum), mean)[0].sum()

        def pullback(dy):
            dkl = np.full_like(kl, dy) / len(kl)
            dkl[mean < np.float32(minimum)] = 0
            return dkl

        return y, pullback
