"""Right answers to exercise 38 in other styles."""

import numpy as np


class Precisions:
    """With precisions written out, as in the formula."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        one, other = np.exp(-logvar_1), np.exp(-logvar_2)
        total = one + other
        mu = (one * mu_1 + other * mu_2) / total

        def pullback(dmu, dlogvar):
            return (
                dmu * one / total,
                one / total * (dlogvar - dmu * (mu_1 - mu)),
                dmu * other / total,
                other / total * (dlogvar - dmu * (mu_2 - mu)),
            )

        return (mu, -np.log(total)), pullback


class Gain:
    """As a Kalman filter has it: the second mean, moved towards the first by a gain."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        gain = 1 / (1 + np.exp(logvar_1 - logvar_2))
        rest = 1 / (1 + np.exp(logvar_2 - logvar_1))  # 1 - gain, with all its digits
        innovation = mu_1 - mu_2

        def pullback(dmu, dlogvar):
            dgain = dmu * innovation * gain * rest
            return [gain * dmu, gain * dlogvar - dgain, rest * dmu, rest * dlogvar + dgain]

        return [mu_2 + gain * innovation, logvar_2 + np.log(rest)], pullback


class Loops:
    """One number at a time, with variances."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        mu, logvar, share = np.empty_like(mu_1), np.empty_like(mu_1), np.empty_like(mu_1)
        for at in np.ndindex(mu_1.shape):
            first, second = np.exp(logvar_1[at]), np.exp(logvar_2[at])
            share[at] = second / (first + second)
            mu[at] = (second * mu_1[at] + first * mu_2[at]) / (first + second)
            logvar[at] = np.log(first * second / (first + second))

        def pullback(dmu, dlogvar):
            found = [np.empty_like(mu) for _ in range(4)]
            for at in np.ndindex(mu.shape):
                s, apart = share[at], mu_1[at] - mu_2[at]
                found[0][at], found[2][at] = s * dmu[at], (1 - s) * dmu[at]
                found[1][at] = s * dlogvar[at] - s * (1 - s) * apart * dmu[at]
                found[3][at] = (1 - s) * dlogvar[at] + s * (1 - s) * apart * dmu[at]
            return tuple(found)

        return (mu, logvar), pullback


class Matrices:
    """The two Gaussians on an axis of their own, the shares as a softmax, its derivative as a matrix."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        mu, logits = np.stack([mu_1, mu_2], -1), -np.stack([logvar_1, logvar_2], -1)
        top = logits.max(-1, keepdims=True)
        raised = np.exp(logits - top)
        share = raised / raised.sum(-1, keepdims=True)

        def pullback(dmu, dlogvar):
            jacobian = np.einsum("...i,ij->...ij", share, np.eye(2)) - share[..., :, None] * share[..., None, :]
            dshare = dmu[..., None] * mu
            dlogits = np.einsum("...ij,...j->...i", jacobian, dshare) - dlogvar[..., None] * share
            dmus = dmu[..., None] * share
            return dmus[..., 0], -dlogits[..., 0], dmus[..., 1], -dlogits[..., 1]

        return ((share * mu).sum(-1), -(top[..., 0] + np.log(raised.sum(-1)))), pullback


class SinglePrecision:
    """In float32, with a hyperbolic tangent for the sigmoid."""

    @staticmethod
    def precision_weighted_merge(mu_1, logvar_1, mu_2, logvar_2):
        mu_1, logvar_1, mu_2, logvar_2 = (np.float32(one) for one in (mu_1, logvar_1, mu_2, logvar_2))
        lean = np.tanh((logvar_2 - logvar_1) / 2)
        share, rest = (1 + lean) / 2, (1 - lean) / 2

        def pullback(dmu, dlogvar):
            moved = np.float32(dmu) * share * rest * (mu_1 - mu_2)
            dlogvar = np.float32(dlogvar)
            return np.float32(dmu) * share, dlogvar * share - moved, np.float32(dmu) * rest, dlogvar * rest + moved

        return (share * mu_1 + rest * mu_2, -np.logaddexp(-logvar_1, -logvar_2)), pullback
