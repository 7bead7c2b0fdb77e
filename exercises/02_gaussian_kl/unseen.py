"""Wrong answers to exercise 02, written without sight of its misconceptions."""

import numpy as np


class LogVarianceClipped:
    """logvar is cut off at -10 and 10 for safety, so that very narrow or very wide posteriors get a wrong KL."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        logvar = np.clip(logvar, -10, 10)
        return 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar)


class OtherDirection:
    """The KL from the prior to the posterior, KL(N(0, 1) || N(mu, sigma^2))."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        return 0.5 * ((1 + mu**2) / np.exp(logvar) - 1 + logvar)


class Sampled:
    """The KL is estimated from one draw of z instead of computed by the closed form."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        eps = np.random.default_rng(0).standard_normal(mu.shape)
        z = mu + np.exp(logvar / 2) * eps
        return 0.5 * (z**2 - eps**2 - logvar)


class HalfOfTheFirstTermOnly:
    """Only mu^2 is halved."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        return 0.5 * mu**2 + np.exp(logvar) - 1 - logvar


class MixedScale:
    """The variance is right, but the log term is log sigma instead of log sigma^2."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        return 0.5 * (mu**2 + np.exp(logvar) - 1 - 0.5 * logvar)


class SpreadOverTheLatents:
    """The sum over the latents is shared out among them, so that every latent gets the mean of its image."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        kl = 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar)
        return np.broadcast_to(kl.mean(axis=-1, keepdims=True), kl.shape)


class MeanSquaredInPlace:
    """mu is squared in place, so that the caller's mu is changed."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        mu **= 2
        return 0.5 * (mu + np.exp(logvar) - 1 - logvar)


class MuCentred:
    """The mean of mu over the batch is taken off first, so that only the distance from the other images costs."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        centred = mu - mu.mean(axis=0)
        return 0.5 * (centred**2 + np.exp(logvar) - 1 - logvar)
