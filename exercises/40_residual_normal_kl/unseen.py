"""Wrong answers to exercise 40 by someone who had not read the list."""

import numpy as np


class NothingForThePrior:
    """The prior's log variance gets no gradient."""

    @staticmethod
    def residual_kl(logvar, delta_mu, delta_logvar):
        excess = np.expm1(delta_logvar)
        slope = delta_mu * np.exp(-logvar)

        def pullback(dy):
            return (np.zeros_like(dy * slope), dy * slope, 0.5 * dy * excess)

        return (0.5 * (delta_mu * slope + excess - delta_logvar), pullback)


class PosteriorsVariance:
    """The distance is divided by the posterior's variance."""

    @staticmethod
    def residual_kl(logvar, delta_mu, delta_logvar):
        excess = np.expm1(delta_logvar)
        slope = delta_mu * np.exp(-logvar - delta_logvar)

        def pullback(dy):
            return (-0.5 * dy * delta_mu * slope, dy * slope, 0.5 * dy * excess)

        return (0.5 * (delta_mu * slope + excess - delta_logvar), pullback)


class ClampedAddition:
    """Delta_logvar is clamped to [-10, 10]."""

    @staticmethod
    def residual_kl(logvar, delta_mu, delta_logvar):
        delta_logvar = np.clip(delta_logvar, -10, 10)
        excess = np.expm1(delta_logvar)
        slope = delta_mu * np.exp(-logvar)

        def pullback(dy):
            return (-0.5 * dy * delta_mu * slope, dy * slope, 0.5 * dy * excess)

        return (0.5 * (delta_mu * slope + excess - delta_logvar), pullback)


class OneArrayForAllCalls:
    """The three gradients lie in one array, written anew by each call."""

    @staticmethod
    def residual_kl(logvar, delta_mu, delta_logvar):
        excess = np.expm1(delta_logvar)
        slope = delta_mu * np.exp(-logvar)
        found = np.empty((3, *logvar.shape), logvar.dtype)

        def pullback(dy):
            found[0], found[1], found[2] = (-0.5 * dy * delta_mu * slope, dy * slope, 0.5 * dy * excess)
            return (found[0], found[1], found[2])

        return (0.5 * (delta_mu * slope + excess - delta_logvar), pullback)


class HalfOfTheSlope:
    """Ddelta_mu with a half."""

    @staticmethod
    def residual_kl(logvar, delta_mu, delta_logvar):
        excess = np.expm1(delta_logvar)
        slope = delta_mu * np.exp(-logvar)

        def pullback(dy):
            return (-0.5 * dy * delta_mu * slope, 0.5 * dy * slope, 0.5 * dy * excess)

        return (0.5 * (delta_mu * slope + excess - delta_logvar), pullback)
