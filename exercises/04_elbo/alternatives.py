"""Right answers to exercise 04 in other styles."""

import numpy as np

from common.objective import Elbo


class Flattened:
    """Images as rows of pixels, and the ELBO from its parts."""

    @staticmethod
    def reduce_elbo(log_likelihood, kl):
        batch = log_likelihood.shape[0]
        likelihood = np.mean(np.sum(log_likelihood.reshape(batch, -1), axis=1))
        divergence = np.mean(np.sum(kl, axis=1))
        return Elbo(elbo=likelihood - divergence, reconstruction=-likelihood, kl=divergence)

    @staticmethod
    def beta_loss(elbo, beta):
        return -elbo.elbo + (beta - 1) * elbo.kl


class WithLoops:
    """A loop over images, in Python's own numbers, returned as a plain tuple."""

    @staticmethod
    def reduce_elbo(log_likelihood, kl):
        costs, divergences = 0.0, 0.0
        for pixels, latents in zip(log_likelihood, kl, strict=True):
            costs -= sum(pixels.ravel().tolist())
            divergences += sum(latents.tolist())
        n = len(kl)
        return -(costs + divergences) / n, costs / n, divergences / n

    @staticmethod
    def beta_loss(elbo, beta):
        _, reconstruction, kl = elbo
        return float(reconstruction) + beta * float(kl)


class SumsThenDivision:
    """Everything summed, then divided by the number of images once, in float32."""

    @staticmethod
    def reduce_elbo(log_likelihood, kl):
        n = np.float32(len(kl))
        reconstruction = -log_likelihood.astype(np.float32).sum() / n
        divergence = kl.astype(np.float32).sum() / n
        return Elbo(-reconstruction - divergence, reconstruction, divergence)

    @staticmethod
    def beta_loss(elbo, beta):
        return np.array([elbo.reconstruction, elbo.kl]) @ np.array([1.0, beta])


class WithEinsum:
    """Sums spelled out by their axes; the mean over images first, which is the same."""

    @staticmethod
    def reduce_elbo(log_likelihood, kl):
        reconstruction = -np.einsum("bchw->", log_likelihood) / log_likelihood.shape[0]
        return Elbo(-reconstruction - kl.mean(axis=0).sum(), reconstruction, kl.mean(axis=0).sum())
