"""Right answers to exercise 40 in other styles."""

import numpy as np


class WithSigmas:
    """Standard deviations written out, as (1) is printed."""

    @staticmethod
    def residual_kl(logvar, delta_mu, delta_logvar):
        sigma, delta_sigma = np.exp(logvar / 2), np.exp(delta_logvar / 2)

        def pullback(dy):
            return (
                -dy * delta_mu**2 / (2 * sigma**2),
                dy * delta_mu / sigma**2,
                dy * (delta_sigma**2 - 1) / 2,
            )

        return (delta_mu**2 / sigma**2 + delta_sigma**2 - np.log(delta_sigma**2) - 1) / 2, pullback


class TwoGaussians:
    """The KL of two Gaussians, with a mean of 0 for the prior, and its chain rule."""

    @staticmethod
    def residual_kl(logvar, delta_mu, delta_logvar):
        logvar_q = logvar + delta_logvar
        ratio, distance = np.exp(logvar_q - logvar), delta_mu**2 * np.exp(-logvar)

        def pullback(dy):
            of_q, of_p = 0.5 * dy * (ratio - 1), 0.5 * dy * (1 - ratio - distance)
            return of_q + of_p, dy * delta_mu * np.exp(-logvar), of_q

        return 0.5 * (ratio - 1 - (logvar_q - logvar) + distance), pullback


class Loops:
    """One latent at a time."""

    @staticmethod
    def residual_kl(logvar, delta_mu, delta_logvar):
        value = np.zeros(logvar.shape)
        slopes = [np.zeros(logvar.shape) for _ in range(3)]
        for at in np.ndindex(logvar.shape):
            precision, ratio = np.exp(-logvar[at]), np.exp(delta_logvar[at])
            value[at] = 0.5 * (delta_mu[at] ** 2 * precision + ratio - delta_logvar[at] - 1)
            slopes[0][at] = -0.5 * delta_mu[at] ** 2 * precision
            slopes[1][at] = delta_mu[at] * precision
            slopes[2][at] = 0.5 * (ratio - 1)
        return value, lambda dy: tuple(dy * slope for slope in slopes)


class FromTheDensities:
    """E_q[log q - log p] term by term: entropies and a second moment."""

    @staticmethod
    def residual_kl(logvar, delta_mu, delta_logvar):
        second_moment = (np.exp(logvar + delta_logvar) + delta_mu**2) / np.exp(logvar)
        minus_entropy = -0.5 * (1 + logvar + delta_logvar)

        def pullback(dy):
            far = delta_mu * np.exp(-logvar) * dy
            return -far * delta_mu / 2, far, np.expm1(delta_logvar) * dy / 2

        return minus_entropy + 0.5 * (logvar + second_moment), pullback


class SinglePrecision:
    """The same in float32."""

    @staticmethod
    def residual_kl(logvar, delta_mu, delta_logvar):
        p, m, s = (np.asarray(one, np.float32) for one in (logvar, delta_mu, delta_logvar))
        precision, excess = np.exp(-p), np.expm1(s)

        def pullback(dy):
            dy = np.asarray(dy, np.float32)
            return dy * m * m * precision / -2, dy * m * precision, dy * excess / 2

        return (m * m * precision + excess - s) / 2, pullback
