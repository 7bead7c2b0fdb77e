"""Right answers to exercise 19 in other styles."""

import numpy as np


class TwoMoments:
    """The mean of the squares less the square of the mean; a count without a sum; no whole-number division."""

    @staticmethod
    def latent_activity(mu):
        return np.mean(mu**2, axis=0) - np.mean(mu, axis=0) ** 2

    @staticmethod
    def active_units(mu):
        return np.count_nonzero(np.var(mu, axis=0) > 0.01)

    @staticmethod
    def has_collapsed(active, latents):
        return active / latents <= 0.1


class WithLoops:
    """A loop over latents and images."""

    @staticmethod
    def latent_activity(mu):
        activity = []
        for column in mu.T:
            mean = sum(column) / len(column)
            activity.append(sum((value - mean) ** 2 for value in column) / len(column))
        return np.array(activity)

    @staticmethod
    def active_units(mu):
        count = 0
        for column in mu.T:
            if np.std(column) > 0.1:
                count += 1
        return count

    @staticmethod
    def has_collapsed(active, latents):
        return 10 * active <= latents


class SinglePrecision:
    """The same in float32, with the diagonal of the covariance matrix."""

    @staticmethod
    def latent_activity(mu):
        return np.diag(np.cov(mu.astype(np.float32), rowvar=False, bias=True, dtype=np.float32))

    @staticmethod
    def active_units(mu):
        return (np.var(mu.astype(np.float32), axis=0) > 0.01).sum()

    @staticmethod
    def has_collapsed(active, latents):
        return not active > 0.1 * latents
