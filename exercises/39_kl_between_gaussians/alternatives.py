"""Right answers to exercise 39 in other styles."""

import numpy as np


class Formula:
    """The formula as it stands, with variances."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        q, p = np.exp(logvar_q), np.exp(logvar_p)
        apart = mu_q - mu_p

        def pullback(dy):
            return (
                dy * apart / p,
                dy * (q / p - 1) / 2,
                -dy * apart / p,
                dy * (1 - q / p - apart**2 / p) / 2,
            )

        return (q / p - 1 - np.log(q / p) + apart**2 / p) / 2, pullback


class CrossEntropy:
    """The cross entropy of q and p less the entropy of q."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        precision = np.exp(-logvar_p)
        second_moment = np.exp(logvar_q) + (mu_q - mu_p) ** 2
        cross = 0.5 * (np.log(2 * np.pi) + logvar_p + second_moment * precision)
        entropy = 0.5 * (np.log(2 * np.pi) + 1 + logvar_q)

        def pullback(dy):
            dmu = dy * precision * (mu_q - mu_p)
            dlogvar_q = 0.5 * dy * (np.exp(logvar_q) * precision - 1)
            return [dmu, dlogvar_q, -dmu, 0.5 * dy * (1 - second_moment * precision)]

        return [cross - entropy, pullback]


class Standardised:
    """With the KL to N(0, 1): q is moved and scaled as p would have to be to become N(0, 1)."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        scale = np.exp(-logvar_p / 2)
        mu, logvar = (mu_q - mu_p) * scale, logvar_q - logvar_p

        def pullback(dy):
            dmu, dlogvar = dy * mu, 0.5 * dy * (np.exp(logvar) - 1)
            return scale * dmu, dlogvar, -scale * dmu, -dlogvar - 0.5 * mu * dmu

        return 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar), pullback


class Loops:
    """One number at a time, with standard deviations."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        value, slopes = np.zeros(mu_q.shape), [np.zeros(mu_q.shape) for _ in range(4)]
        for at in np.ndindex(mu_q.shape):
            s, t, d = np.exp(logvar_q[at] / 2), np.exp(logvar_p[at] / 2), mu_q[at] - mu_p[at]
            value[at] = np.log(t / s) + (s * s + d * d) / (2 * t * t) - 0.5
            slopes[0][at], slopes[2][at] = d / t**2, -d / t**2
            slopes[1][at] = (s / t) ** 2 / 2 - 0.5
            slopes[3][at] = 0.5 - (s / t) ** 2 / 2 - (d / t) ** 2 / 2
        return value, lambda dy: tuple(dy * slope for slope in slopes)


class SinglePrecision:
    """In float32."""

    @staticmethod
    def kl_between_gaussians(mu_q, logvar_q, mu_p, logvar_p):
        mu_q, logvar_q, mu_p, logvar_p = (np.float32(one) for one in (mu_q, logvar_q, mu_p, logvar_p))
        log_ratio, slope = logvar_q - logvar_p, (mu_q - mu_p) * np.exp(-logvar_p)
        squared = slope * (mu_q - mu_p)

        def pullback(dy):
            dy = np.float32(dy)
            excess = np.expm1(log_ratio)
            return dy * slope, dy * excess / 2, -dy * slope, -dy * (excess + squared) / 2

        return (np.expm1(log_ratio) - log_ratio + squared) / 2, pullback
