"""Wrong answers to exercise 03, written without sight of its misconceptions."""

import numpy as np


class MinusTheNoise:
    """The noise is subtracted: z has the right distribution, but it is not the z of this noise."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        return mu - np.exp(0.5 * logvar) * eps


class NoiseCutOff:
    """Noise beyond two standard deviations is cut off, so that the tails of q are missing."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        return mu + np.exp(0.5 * logvar) * np.clip(eps, -2, 2)


class SharedDraw:
    """With a leading axis of samples every sample gets the noise of the first one."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        if eps.ndim == 3:
            return np.broadcast_to(mu + np.exp(0.5 * logvar) * eps[0], eps.shape)
        return mu + np.exp(0.5 * logvar) * eps


class MeanScaledToo:
    """The brackets are wrong: sigma multiplies mu as well as the noise."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        return (mu + eps) * np.exp(0.5 * logvar)


class WrittenIntoTheNoise:
    """z is written into the array of the noise, so that the caller's noise is lost."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        eps *= np.exp(0.5 * logvar)
        eps += mu
        return eps


class SigmaFloor:
    """sigma is kept above 0.01, so that a very certain posterior is widened."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        return mu + np.maximum(np.exp(0.5 * logvar), 0.01) * eps


class SamplesBehindTheBatch:
    """The axis of samples is put behind the batch: mu and logvar get a new axis in the middle."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        if eps.ndim == 3:
            mu, logvar = mu[:, None], logvar[:, None]
        return mu + np.exp(0.5 * logvar) * eps


class NoiseStandardised:
    """The noise is first brought to mean 0 and variance 1 over the batch, so that z depends on the other images."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        eps = (eps - eps.mean()) / eps.std()
        return mu + np.exp(0.5 * logvar) * eps


class OneSigmaPerImage:
    """The log variances of an image are averaged over its latents, so that all its latents share one sigma."""

    @staticmethod
    def reparameterize(mu, logvar, eps):
        return mu + np.exp(0.5 * logvar.mean(axis=-1, keepdims=True)) * eps
