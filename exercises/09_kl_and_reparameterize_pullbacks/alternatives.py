"""Right answers to exercise 09 in other styles."""

import numpy as np


class StepByStep:
    """The chain rule one elementary function at a time, through sigma^2 and sigma."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        variance = np.exp(logvar)

        def pullback(dy):
            dsquare = 0.5 * dy
            dvariance = 0.5 * dy
            dlog = -0.5 * dy
            return dsquare * 2 * mu, dvariance * variance + dlog

        return 0.5 * (mu * mu + variance - 1 - logvar), pullback

    @staticmethod
    def reparameterize(mu, logvar, eps):
        half = logvar / 2
        sigma = np.exp(half)

        def pullback(dz):
            dsigma = dz * eps
            dhalf = dsigma * sigma
            return dz, dhalf / 2

        return mu + sigma * eps, pullback


class FromTheValue:
    """The gradients from what is known already: sigma eps is z - mu."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        return (mu**2 + np.exp(logvar) - 1 - logvar) / 2, lambda dy: [mu * dy, np.expm1(logvar) * dy / 2]

    @staticmethod
    def reparameterize(mu, logvar, eps):
        z = mu + np.exp(logvar / 2) * eps
        return z, lambda dz: [dz.copy(), dz * (z - mu) / 2]


class WithLoops:
    """Number by number."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        def pullback(dy):
            dmu, dlogvar = np.empty_like(mu), np.empty_like(mu)
            for index in np.ndindex(*mu.shape):
                dmu[index] = dy[index] * mu[index]
                dlogvar[index] = dy[index] * (np.exp(logvar[index]) - 1) / 2
            return dmu, dlogvar

        return 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar), pullback

    @staticmethod
    def reparameterize(mu, logvar, eps):
        def pullback(dz):
            dmu, dlogvar = np.array(dz), np.array(dz)
            for b, j in np.ndindex(*mu.shape):
                dlogvar[b, j] *= eps[b, j] * np.exp(logvar[b, j] / 2) / 2
            return dmu, dlogvar

        return mu + eps * np.exp(logvar / 2), pullback


class SinglePrecision:
    """The same in float32."""

    @staticmethod
    def gaussian_kl(mu, logvar):
        mu, logvar = np.float32(mu), np.float32(logvar)

        def pullback(dy):
            dy = np.float32(dy)
            return dy * mu, dy * (np.exp(logvar) - 1) / 2

        return (mu * mu + np.exp(logvar) - 1 - logvar) / 2, pullback

    @staticmethod
    def reparameterize(mu, logvar, eps):
        mu, spread = np.float32(mu), np.exp(np.float32(logvar) / 2) * np.float32(eps)
        return mu + spread, lambda dz: (np.float32(dz), np.float32(dz) * spread / 2)
