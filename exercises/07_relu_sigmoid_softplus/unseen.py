"""Wrong answers to exercise 07, written without sight of its misconceptions."""

import numpy as np


class MaskOfTheGradient:
    """The gradient of ReLU passes where dy is positive, not where x is."""

    @staticmethod
    def relu(x):
        def pullback(dy):
            return dy * (dy > 0)

        return np.maximum(x, 0), pullback


class BothMustBePositive:
    """The gradient of ReLU passes only where both x and dy are positive."""

    @staticmethod
    def relu(x):
        def pullback(dy):
            return np.maximum(dy, 0) * (x > 0)

        return np.maximum(x, 0), pullback


class GradientChangedInPlace:
    """The pullback of ReLU writes its zeros into the caller's dy."""

    @staticmethod
    def relu(x):
        def pullback(dy):
            dy[x <= 0] = 0
            return dy

        return np.maximum(x, 0), pullback


class ZeroLeftOut:
    """The two branches are x > 0 and x < 0, so that x = 0 keeps the 0 of the empty array."""

    @staticmethod
    def sigmoid(x):
        y = np.zeros_like(x)
        y[x > 0] = 1 / (1 + np.exp(-x[x > 0]))
        y[x < 0] = np.exp(x[x < 0]) / (1 + np.exp(x[x < 0]))

        def pullback(dy):
            return dy * y * (1 - y)

        return y, pullback


class SigmoidClipped:
    """x is cut off at -30 and 30 before exp, so that small probabilities stop at 9e-14."""

    @staticmethod
    def sigmoid(x):
        y = 1 / (1 + np.exp(-np.clip(x, -30, 30)))

        def pullback(dy):
            return dy * y * (1 - y)

        return y, pullback


class DerivativeWithoutDy:
    """The pullback of sigmoid returns the derivative and does not multiply by dy."""

    @staticmethod
    def sigmoid(x):
        y = np.exp(-np.logaddexp(0, -x))

        def pullback(dy):
            return y * (1 - y)

        return y, pullback


class SoftplusLinearTooSoon:
    """softplus is replaced by x from 10 on, where it still differs in the fifth digit."""

    @staticmethod
    def softplus(x):
        y = np.where(x > 10, x, np.log1p(np.exp(np.minimum(x, 10))))

        def pullback(dy):
            return dy * np.exp(-np.logaddexp(0, -x))

        return y, pullback


class SlopeFromTheValue:
    """The slope of softplus is taken as 1 - exp(-y), which rounds small slopes to 0."""

    @staticmethod
    def softplus(x):
        y = np.logaddexp(0, x)

        def pullback(dy):
            return dy * (1 - np.exp(-y))

        return y, pullback


class SlopeOfPositiveX:
    """The slope of softplus is 1 / (1 + exp(-|x|)) everywhere, which is right for x >= 0 only."""

    @staticmethod
    def softplus(x):
        decay = np.exp(-np.abs(x))

        def pullback(dy):
            return dy / (1 + decay)

        return np.maximum(x, 0) + np.log1p(decay), pullback
