"""Wrong answers to exercise 13, written without sight of its misconceptions."""

import numpy as np


def _sizes(x, kernel, stride, padding, output_padding):
    return [(size - 1) * stride - 2 * padding + kernel + output_padding for size in x.shape[2:]]


def _canvas(x, weight, stride, sizes):
    rows, columns = x.shape[2:]
    canvas = np.zeros((len(x), weight.shape[1], *sizes))
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            place = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            canvas[place] += np.einsum("bcrs,co->bors", x, weight[:, :, i, j])
    return canvas


def _value(x, weight, bias, stride, padding, output_padding):
    kernel = weight.shape[2]
    height, width = _sizes(x, kernel, stride, padding, output_padding)
    canvas = _canvas(x, weight, stride, (height + 2 * padding, width + 2 * padding))
    return canvas[:, :, padding : padding + height, padding : padding + width] + bias[:, None, None]


def _gradients(x, weight, dy, stride, padding):
    rows, columns = x.shape[2:]
    dcanvas = np.pad(dy, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    dx, dweight = np.zeros(x.shape), np.zeros(weight.shape)
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            window = dcanvas[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            dx += np.einsum("bors,co->bcrs", window, weight[:, :, i, j])
            dweight[:, :, i, j] = np.einsum("bcrs,bors->co", x, window)
    return dx, dweight, dy.sum(axis=(0, 2, 3))


class NoPullback:
    """The value is right and the pullback is missing: None is returned in its place."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        return _value(x, weight, bias, stride, padding, output_padding), None


class OutputPaddingOfZeros:
    """The padding is cut off all round, and the output padding is added as rows and columns of zeros."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        y = _value(x, weight, np.zeros_like(bias), stride, padding, 0)
        y = np.pad(y, ((0, 0), (0, 0), (0, output_padding), (0, output_padding))) + bias[:, None, None]

        def pullback(dy):
            return _gradients(x, weight, dy, stride, padding)

        return y, pullback


class NoBiasBeyondTheStamps:
    """The bias is added to the canvas of the stamps before it is enlarged: what no stamp reaches stays without it."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        kernel = weight.shape[2]
        height, width = _sizes(x, kernel, stride, padding, output_padding)
        sizes = [(size - 1) * stride + kernel for size in x.shape[2:]]
        canvas = _canvas(x, weight, stride, sizes) + bias[:, None, None]
        canvas = np.pad(canvas, ((0, 0), (0, 0), (0, output_padding), (0, output_padding)))
        y = canvas[:, :, padding : padding + height, padding : padding + width]

        def pullback(dy):
            return _gradients(x, weight, dy, stride, padding)

        return y, pullback


class OutputPaddingAtTheTop:
    """The output padding shows more of the canvas at the top and the left."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        kernel = weight.shape[2]
        height, width = _sizes(x, kernel, stride, padding, output_padding)
        sizes = [(size - 1) * stride + kernel + output_padding for size in x.shape[2:]]
        canvas = np.zeros((len(x), weight.shape[1], *sizes))
        canvas[:, :, output_padding:, output_padding:] = _canvas(
            x, weight, stride, [size - output_padding for size in sizes]
        )
        y = canvas[:, :, padding : padding + height, padding : padding + width] + bias[:, None, None]

        def pullback(dy):
            return _gradients(x, weight, dy, stride, padding)

        return y, pullback


class OverlapAveraged:
    """Where stamps overlap, the canvas holds their mean; it has to be their sum."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        y = _value(x, weight, np.zeros_like(bias), stride, padding, output_padding)
        count = _value(np.ones_like(x[:, :1]), np.ones_like(weight[:1]), 0 * bias, stride, padding, output_padding)
        y = y / np.maximum(count, 1) + bias[:, None, None]

        def pullback(dy):
            return _gradients(x, weight, dy, stride, padding)

        return y, pullback


class KernelTurned:
    """Zeros are put between the pixels of x and the kernel slides over that without the half turn."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        y = _value(x, weight[:, :, ::-1, ::-1], bias, stride, padding, output_padding)

        def pullback(dy):
            return _gradients(x, weight, dy, stride, padding)

        return y, pullback


class AlwaysTwiceAsLarge:
    """y is always twice as large as x, which holds for the decoder's layers alone."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        rows, columns = x.shape[2:]
        canvas = _canvas(x, weight, stride, (stride * rows + 9, stride * columns + 9))
        y = canvas[:, :, padding : padding + 2 * rows, padding : padding + 2 * columns] + bias[:, None, None]

        def pullback(dy):
            return _gradients(x, weight, dy, stride, padding)

        return y, pullback


class BiasGradientWithoutOutputPadding:
    """dbias leaves out the rows and columns that the output padding has added."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        y = _value(x, weight, bias, stride, padding, output_padding)

        def pullback(dy):
            dx, dweight, _ = _gradients(x, weight, dy, stride, padding)
            height, width = (size - output_padding for size in dy.shape[2:])
            return dx, dweight, dy[:, :, :height, :width].sum(axis=(0, 2, 3))

        return y, pullback


class GradientsWithoutOutputPadding:
    """dx and dweight do not read the rows and columns of dy that the output padding has added."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        y = _value(x, weight, bias, stride, padding, output_padding)

        def pullback(dy):
            height, width = (size - output_padding for size in dy.shape[2:])
            seen = np.zeros_like(dy)
            seen[:, :, :height, :width] = dy[:, :, :height, :width]
            dx, dweight, _ = _gradients(x, weight, seen, stride, padding)
            return dx, dweight, dy.sum(axis=(0, 2, 3))

        return y, pullback


class PaddingForgottenInPullback:
    """The pullback reads dy from its own corner: the padding is not put back before."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        y = _value(x, weight, bias, stride, padding, output_padding)

        def pullback(dy):
            dbias = dy.sum(axis=(0, 2, 3))
            dy = np.pad(dy, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))
            return *_gradients(x, weight, dy, stride, 0)[:2], dbias

        return y, pullback


class GrowsFromCallToCall:
    """The gradients start from zeros outside of the pullback, so that a second call adds to the result of the first."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        y = _value(x, weight, bias, stride, padding, output_padding)
        gradients = np.zeros_like(x), np.zeros_like(weight), np.zeros_like(bias)

        def pullback(dy):
            for gradient, new in zip(gradients, _gradients(x, weight, dy, stride, padding), strict=True):
                gradient += new
            return gradients

        return y, pullback


class ScaledByTheOverlap:
    """dx is divided by the number of places in the kernel, as if every stamp were a mean."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        y = _value(x, weight, bias, stride, padding, output_padding)

        def pullback(dy):
            dx, dweight, dbias = _gradients(x, weight, dy, stride, padding)
            return dx / weight.shape[2] ** 2, dweight, dbias

        return y, pullback
