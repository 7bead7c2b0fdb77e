"""Right answers to exercise 12 in other styles."""

import numpy as np


def _padded(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


def _value(x, weight, bias, stride, padding):
    windows = np.lib.stride_tricks.sliding_window_view(_padded(x, padding), weight.shape[2:], axis=(2, 3))
    return np.einsum("bcrsij,ocij->bors", windows[:, :, ::stride, ::stride], weight) + bias[:, None, None]


class WithLoops:
    """A loop over the places of y."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        def pullback(dy):
            k, padded = weight.shape[2], _padded(x, padding)
            dweight = np.zeros_like(weight)
            for r in range(dy.shape[2]):
                for s in range(dy.shape[3]):
                    window = padded[:, :, r * stride : r * stride + k, s * stride : s * stride + k]
                    dweight += np.tensordot(dy[:, :, r, s], window, (0, 0))
            return dweight, dy.sum(axis=(0, 2, 3))

        return _value(x, weight, bias, stride, padding), pullback

    @staticmethod
    def conv2d(x, weight, bias, stride, padding):
        y, parameter_pullback = WithLoops.conv2d_of_data(x, weight, bias, stride, padding)

        def pullback(dy):
            k, dpadded = weight.shape[2], np.zeros_like(_padded(x, padding))
            for r in range(dy.shape[2]):
                for s in range(dy.shape[3]):
                    stamps = np.tensordot(dy[:, :, r, s], weight, (1, 0))
                    dpadded[:, :, r * stride : r * stride + k, s * stride : s * stride + k] += stamps
            height, width = x.shape[2:]
            return dpadded[:, :, padding : padding + height, padding : padding + width], *parameter_pullback(dy)

        return y, pullback


class CorrelationOfDilatedGradient:
    """dx as a correlation: dy with zeros between its numbers and around them, and the kernel turned by half a turn."""

    @staticmethod
    def conv2d(x, weight, bias, stride, padding):
        def pullback(dy):
            batch, outputs, rows, columns = dy.shape
            k, (height, width) = weight.shape[2], x.shape[2:]
            dilated = np.zeros((batch, outputs, height + 2 * padding + k - 1, width + 2 * padding + k - 1))
            end = [k - 1 + (n - 1) * stride + 1 for n in (rows, columns)]
            dilated[:, :, k - 1 : end[0] : stride, k - 1 : end[1] : stride] = dy
            turned = np.flip(weight, (2, 3)).swapaxes(0, 1)
            dpadded = _value(dilated, turned, np.zeros(x.shape[1]), 1, 0)
            dx = dpadded[:, :, padding : padding + height, padding : padding + width]
            windows = np.lib.stride_tricks.sliding_window_view(_padded(x, padding), (k, k), axis=(2, 3))
            dweight = np.einsum("bcrsij,bors->ocij", windows[:, :, ::stride, ::stride], dy)
            return dx, dweight, np.einsum("bors->o", dy)

        return _value(x, weight, bias, stride, padding), pullback


class ShiftedImagesInSinglePrecision:
    """One matrix product for each place in the kernel, in float32; the two functions do not know each other."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        y, pullback = ShiftedImagesInSinglePrecision.conv2d(x, weight, bias, stride, padding)
        return y, lambda dy: pullback(dy)[1:]

    @staticmethod
    def conv2d(x, weight, bias, stride, padding):
        padded, kernel = _padded(x.astype(np.float32), padding), weight.astype(np.float32)

        def pullback(dy):
            dy = dy.astype(np.float32)
            dpadded, dweight = np.zeros_like(padded), np.zeros_like(kernel)
            for i, j in np.ndindex(kernel.shape[2:]):
                seen = np.s_[:, :, i : i + stride * dy.shape[2] : stride, j : j + stride * dy.shape[3] : stride]
                dweight[:, :, i, j] = np.einsum("bors,bcrs->oc", dy, padded[seen], optimize=True)
                dpadded[seen] += np.einsum("bors,oc->bcrs", dy, kernel[:, :, i, j], optimize=True)
            inner = dpadded[:, :, padding : dpadded.shape[2] - padding, padding : dpadded.shape[3] - padding]
            return inner, dweight, dy.sum((0, 2, 3))

        return _value(x, weight, bias, stride, padding), pullback
