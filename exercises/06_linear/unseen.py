"""Wrong answers to exercise 06, written without sight of its misconceptions."""

import numpy as np


class BiasGradientOfOnes:
    """dbias counts the images of the batch and forgets dy."""

    @staticmethod
    def linear(x, weight, bias):
        def pullback(dy):
            return dy @ weight, dy.T @ x, np.full_like(bias, len(dy))

        return x @ weight.T + bias, pullback


class GradientsCarriedOver:
    """The sums for dweight and dbias start at zero only once, so that a second call adds to those of the first."""

    @staticmethod
    def linear(x, weight, bias):
        dweight, dbias = np.zeros_like(weight), np.zeros_like(bias)

        def pullback(dy):
            nonlocal dweight, dbias
            dweight = dweight + dy.T @ x
            dbias = dbias + dy.sum(axis=0)
            return dy @ weight, dweight, dbias

        return x @ weight.T + bias, pullback


class SqueezedBeforeTheSum:
    """dy is squeezed before the sum over the batch, so that a batch of one image gets one number for all biases."""

    @staticmethod
    def linear(x, weight, bias):
        def pullback(dy):
            return dy @ weight, dy.T @ x, np.zeros_like(bias) + dy.squeeze().sum(axis=0)

        return x @ weight.T + bias, pullback


class ValueForItsGradient:
    """dbias sums y, the value, where it should sum dy."""

    @staticmethod
    def linear(x, weight, bias):
        y = x @ weight.T + bias

        def pullback(dy):
            return dy @ weight, dy.T @ x, y.sum(axis=0)

        return y, pullback


class LastImageOnly:
    """The loop over the batch overwrites dweight and dbias instead of adding to them."""

    @staticmethod
    def linear(x, weight, bias):
        def pullback(dy):
            for b in range(len(x)):
                dweight = np.outer(dy[b], x[b])
                dbias = dy[b]
            return dy @ weight, dweight, dbias

        return x @ weight.T + bias, pullback


class MeanOverOutputs:
    """dx is the mean over the outputs, not the sum."""

    @staticmethod
    def linear(x, weight, bias):
        def pullback(dy):
            return dy @ weight / len(weight), dy.T @ x, dy.sum(axis=0)

        return x @ weight.T + bias, pullback


class BiasGradientAsARow:
    """dbias keeps the summed axis and has the shape (1, outputs)."""

    @staticmethod
    def linear(x, weight, bias):
        def pullback(dy):
            return dy @ weight, dy.T @ x, dy.sum(axis=0, keepdims=True)

        return x @ weight.T + bias, pullback
