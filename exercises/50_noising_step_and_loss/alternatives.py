"""Right answers to exercise 50 in other styles."""

import math

import numpy as np

from common.errors import InvalidArgument


class Loops:
    """One image at a time, one factor at a time."""

    @staticmethod
    def noised(x_0, t, eps, betas):
        found = np.empty(x_0.shape)
        for row, time in enumerate(t):
            if not 1 <= time <= len(betas):
                raise InvalidArgument("t", time, "a step of the chain")
            left = 1.0
            for beta in betas[:time]:
                left *= 1 - beta
            found[row] = math.sqrt(left) * x_0[row] + math.sqrt(1 - left) * eps[row]
        return found

    @staticmethod
    def noise_loss(predicted, eps):
        n = len(predicted)
        total = sum(float(np.sum((one - other) ** 2)) for one, other in zip(predicted, eps, strict=True))
        return total / n, lambda dy: np.stack([2 * dy / n * (a - b) for a, b in zip(predicted, eps, strict=True)])


class LogarithmsAndLastAxis:
    """The product as a sum of logarithms; images lie along the last axis."""

    @staticmethod
    def noised(x_0, t, eps, betas):
        if np.any((t < 1) | (t > betas.size)):
            raise InvalidArgument("t", t, "1 to T")
        log_alpha_bar = np.cumsum(np.log1p(-betas))[t - 1]
        return (np.exp(log_alpha_bar / 2) * x_0.T + np.sqrt(-np.expm1(log_alpha_bar)) * eps.T).T

    @staticmethod
    def noise_loss(predicted, eps):
        off = (predicted - eps).reshape(len(eps), -1)
        return np.mean(np.sum(off * off, axis=1)), lambda dy: (off * (2 * dy / len(off))).reshape(eps.shape)


class Recursion:
    """Factor and variance of every time, step by step from no noise, with a place for t = 0."""

    @staticmethod
    def noised(x_0, t, eps, betas):
        factor, variance = [1.0], [0.0]
        for beta in betas:
            factor.append(factor[-1] * np.sqrt(1 - beta))
            variance.append((1 - beta) * variance[-1] + beta)
        if min(t) <= 0 or max(t) >= len(factor):
            raise InvalidArgument("t", t, "a time of the chain")
        places = (len(t),) + (1,) * (x_0.ndim - 1)
        signal, noise = np.array(factor)[t].reshape(places), np.sqrt(np.array(variance)[t]).reshape(places)
        return signal * x_0 + noise * eps

    @staticmethod
    def noise_loss(predicted, eps):
        weight = np.ones(len(eps)) / len(eps)
        off = eps - predicted
        squares = np.einsum("n...,n...->n...", off, off).reshape(len(eps), -1).sum(-1)
        return float(weight @ squares), lambda dy: -2.0 * dy * np.einsum("n,n...->n...", weight, off)


class AnglesAndProducts:
    """Time as an angle, whose cosine is the share of the image; the loss as an inner product."""

    @staticmethod
    def noised(x_0, t, eps, betas):
        if set(t.tolist()) - set(range(1, len(betas) + 1)):
            raise InvalidArgument("t", t, "times of the chain")
        angle = np.array([np.arctan2(np.sqrt(1 - a), np.sqrt(a)) for a in np.multiply.accumulate(1 - betas)])[t - 1]
        angle = np.expand_dims(angle, tuple(range(1, x_0.ndim)))
        return np.cos(angle) * x_0 + np.sin(angle) * eps

    @staticmethod
    def noise_loss(predicted, eps):
        off = np.ravel(predicted) - np.ravel(eps)
        return np.dot(off, off) / eps.shape[0], lambda dy: np.reshape(dy * 2 * off / eps.shape[0], eps.shape)


class ChosenBeforeTheProduct:
    """For each image the product over the betas up to its time, all others replaced by 0."""

    @staticmethod
    def noised(x_0, t, eps, betas):
        if t.min() < 1 or t.max() > len(betas):
            raise InvalidArgument("t", t, "1 to T")
        used = np.arange(1, len(betas) + 1) <= t[:, None]
        alpha_bar = np.where(used, 1 - betas, 1.0).prod(axis=1)
        images = x_0.reshape(len(x_0), -1), eps.reshape(len(eps), -1)
        signal, noise = np.sqrt(alpha_bar)[:, None], np.sqrt(1 - alpha_bar)[:, None]
        return (signal * images[0] + noise * images[1]).reshape(x_0.shape)

    @staticmethod
    def noise_loss(predicted, eps):
        norms = np.linalg.norm((predicted - eps).reshape(len(eps), -1), axis=1)
        return float((norms**2).mean()), lambda dy: dy * (predicted - eps) * 2 / predicted.shape[0]
