"""Wrong answers to exercise 09, written without sight of its misconceptions."""

import numpy as np


class GradientOverwritten:
    """dz is multiplied in place after it was handed out as dmu, so that dmu changes with it."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        spread = np.exp(0.5 * logvar) * eps

        def pullback(dz):
            dmu = dz
            dz *= 0.5 * spread
            return dmu, dz

        return mu + spread, pullback


class SampleForItsSpread:
    """dlogvar multiplies by z, which has mu in it, instead of sigma eps."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        z = mu + np.exp(0.5 * logvar) * eps

        def pullback(dz):
            return dz, dz * 0.5 * z

        return z, pullback


class NoiseWithoutSign:
    """dlogvar takes the size of eps and loses its sign."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        spread = np.exp(0.5 * logvar) * eps

        def pullback(dz):
            return dz, dz * 0.5 * np.abs(spread)

        return mu + spread, pullback


class AveragedOverTheBatch:
    """The gradients of z are averaged over the batch and copied to every image."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        spread = np.exp(0.5 * logvar) * eps

        def pullback(dz):
            dlogvar = dz * 0.5 * spread
            return np.zeros_like(mu) + dz.mean(axis=0), np.zeros_like(mu) + dlogvar.mean(axis=0)

        return mu + spread, pullback


class VarianceForSigma:
    """dlogvar of z is dz eps sigma^2 / 2: sigma^2 stands where sigma should."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        spread = np.exp(0.5 * logvar) * eps

        def pullback(dz):
            return dz, dz * 0.5 * np.exp(logvar) * eps

        return mu + spread, pullback


class NearZeroOnly:
    """dlogvar of the KL is logvar / 2, which is right only where logvar is small."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        def pullback(dy):
            return dy * mu, dy * 0.5 * logvar

        return 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar), pullback


class ByTheVariance:
    """The KL is differentiated with respect to sigma^2 and not to logvar."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        variance = np.exp(logvar)

        def pullback(dy):
            return dy * mu, dy * 0.5 * (1 - 1 / variance)

        return 0.5 * (mu**2 + variance - 1 - logvar), pullback


class NarrowPosteriorsSpared:
    """The slope of the KL at logvar is cut off at 0 where sigma is below 1."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        variance = np.exp(logvar)

        def pullback(dy):
            return dy * mu, dy * 0.5 * np.maximum(variance - 1, 0)

        return 0.5 * (mu**2 + variance - 1 - logvar), pullback


class DyOfTheFirstImage:
    """Every image gets the dy of the first one, as if dy were the same for all."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        variance = np.exp(logvar)

        def pullback(dy):
            return dy[:1] * mu, dy[:1] * 0.5 * (variance - 1)

        return 0.5 * (mu**2 + variance - 1 - logvar), pullback


class LatentsMixed:
    """dmu of the KL is the sum over the latents of an image, copied to each of them."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        variance = np.exp(logvar)

        def pullback(dy):
            return np.zeros_like(mu) + (dy * mu).sum(axis=1, keepdims=True), dy * 0.5 * (variance - 1)

        return 0.5 * (mu**2 + variance - 1 - logvar), pullback
