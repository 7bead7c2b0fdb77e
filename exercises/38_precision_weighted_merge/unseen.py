"""Wrong answers to exercise 38 besides its misconceptions."""

import numpy as np


def _right(mu_1, logvar_1, mu_2, logvar_2):
    one, other = np.exp(-logvar_1), np.exp(-logvar_2)
    s, r = one / (one + other), other / (one + other)
    mu, logvar = s * mu_1 + r * mu_2, -np.log(one + other)

    def pullback(dmu, dlogvar):
        moved = dmu * s * r * (mu_1 - mu_2)
        return s * dmu, s * dlogvar - moved, r * dmu, r * dlogvar + moved

    return (mu, logvar), pullback


class LargestPrecision:
    """The precision of the merged Gaussian is the larger of the two."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        (mu, _), pullback = _right(mu_1, logvar_1, mu_2, logvar_2)
        return (mu, np.minimum(logvar_1, logvar_2)), pullback


class ProductOfVariances:
    """The variances are multiplied, so that the log variances add up."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        (mu, _), pullback = _right(mu_1, logvar_1, mu_2, logvar_2)
        return (mu, logvar_1 + logvar_2), pullback


class WeightsOfLogVariances:
    """The means are weighed by minus the log variances, which may be below 0."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        (_, logvar), pullback = _right(mu_1, logvar_1, mu_2, logvar_2)
        return ((logvar_1 * mu_2 + logvar_2 * mu_1) / (logvar_1 + logvar_2), logvar), pullback


class GradientByVariance:
    """The gradients are those by the variances, not by their logs."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        value, pullback = _right(mu_1, logvar_1, mu_2, logvar_2)

        def by_variance(dmu, dlogvar):
            a, b, c, d = pullback(dmu, dlogvar)
            return a, b * np.exp(-logvar_1), c, d * np.exp(-logvar_2)

        return value, by_variance


class DlogvarTakenForThatOfTheVariance:
    """dlogvar is multiplied by the merged variance first."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        value, pullback = _right(mu_1, logvar_1, mu_2, logvar_2)
        return value, lambda dmu, dlogvar: pullback(dmu, dlogvar * np.exp(value[1]))


class ChangesTheMeansInPlace:
    """mu_1 is multiplied by its share in place."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        value, pullback = _right(mu_1.copy(), logvar_1, mu_2, logvar_2)
        mu_1 *= 1 / (1 + np.exp(logvar_1 - logvar_2))
        return value, pullback


class CotangentsExchanged:
    """The pullback takes dlogvar first."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        value, pullback = _right(mu_1, logvar_1, mu_2, logvar_2)
        return value, lambda dlogvar, dmu: pullback(dmu, dlogvar)
