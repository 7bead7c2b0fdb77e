"""Wrong answers to exercise 39 besides its misconceptions."""

import numpy as np


def _pullback(mu_q, logvar_q, mu_p, logvar_p):
    r, d = np.exp(logvar_q - logvar_p), (mu_q - mu_p) * np.exp(-logvar_p)
    squared = d * (mu_q - mu_p)
    return lambda dy: (dy * d, dy * (r - 1) / 2, -dy * d, dy * (1 - r - squared) / 2)


def _kl(mu_q, logvar_q, mu_p, logvar_p):
    ratio = np.exp(logvar_q - logvar_p)
    return 0.5 * (ratio - 1 - np.log(ratio) + (mu_q - mu_p) ** 2 * np.exp(-logvar_p))


class DifferenceOfTwoKls:
    """The KL of q to N(0, 1) less that of p to N(0, 1)."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        one, other = (0.5 * (m**2 + np.exp(v) - 1 - v) for m, v in ((mu_q, logvar_q), (mu_p, logvar_p)))
        return one - other, _pullback(mu_q, logvar_q, mu_p, logvar_p)


class AtTheMean:
    """log q - log p at the mean of q, as if q had no width."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        value = 0.5 * (logvar_p - logvar_q + (mu_q - mu_p) ** 2 * np.exp(-logvar_p))
        return value, _pullback(mu_q, logvar_q, mu_p, logvar_p)


class CrossEntropyAlone:
    """The cross entropy of q and p, without the entropy of q."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        value = 0.5 * (np.log(2 * np.pi) + logvar_p + (np.exp(logvar_q) + (mu_q - mu_p) ** 2) * np.exp(-logvar_p))
        return value, _pullback(mu_q, logvar_q, mu_p, logvar_p)


class SquaredWasserstein:
    """The squared distance of two Gaussians in optimal transport."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        value = (mu_q - mu_p) ** 2 + (np.exp(logvar_q / 2) - np.exp(logvar_p / 2)) ** 2
        return value, _pullback(mu_q, logvar_q, mu_p, logvar_p)


class GradientsByVariances:
    """Gradients by the variances, not by their logs."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        pull = _pullback(mu_q, logvar_q, mu_p, logvar_p)

        def pullback(dy):
            a, b, c, d = pull(dy)
            return a, b * np.exp(-logvar_q), c, d * np.exp(-logvar_p)

        return _kl(mu_q, logvar_q, mu_p, logvar_p), pullback


class GradientsOfQAndPExchanged:
    """The pullback returns those of p first."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        pull = _pullback(mu_q, logvar_q, mu_p, logvar_p)
        return _kl(mu_q, logvar_q, mu_p, logvar_p), lambda dy: (*pull(dy)[2:], *pull(dy)[:2])


class MeanSubtractedInPlace:
    """mu_q becomes the difference of the means, so that the caller's array is changed."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        value, pullback = _kl(mu_q, logvar_q, mu_p, logvar_p), _pullback(mu_q.copy(), logvar_q, mu_p, logvar_p)
        mu_q -= mu_p
        return value, pullback
