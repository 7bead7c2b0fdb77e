"""Right answers to exercise 13 in other styles."""

import numpy as np

from numpy_impl.convolution import conv2d


class WithLoops:
    """A loop over the places of x, each of which stamps the kernel onto a canvas."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        (batch, _, rows, columns), (_, outputs, k, _) = x.shape, weight.shape
        height, width = ((n - 1) * stride + k - 2 * padding + output_padding for n in (rows, columns))
        shape = (batch, outputs, *(max(n + 2 * padding, m * stride + k) for n, m in ((height, rows), (width, columns))))
        inside = np.s_[:, :, padding : padding + height, padding : padding + width]

        def places():
            for r in range(rows):
                for s in range(columns):
                    yield (r, s), np.s_[:, :, r * stride : r * stride + k, s * stride : s * stride + k]

        canvas = np.zeros(shape)
        for (r, s), stamp in places():
            canvas[stamp] += np.tensordot(x[:, :, r, s], weight, (1, 0))

        def pullback(dy):
            dcanvas, dx, dweight = np.zeros(shape), np.zeros_like(x), np.zeros_like(weight)
            dcanvas[inside] = dy
            for (r, s), stamp in places():
                dx[:, :, r, s] = np.tensordot(dcanvas[stamp], weight, ([1, 2, 3], [1, 2, 3]))
                dweight += np.tensordot(x[:, :, r, s], dcanvas[stamp], (0, 0))
            return dx, dweight, dy.sum(axis=(0, 2, 3))

        return canvas[inside] + bias[None, :, None, None], pullback


class ThroughTheConvolution:
    """The definition: the value is a pullback of `conv2d`, and dx the value of one."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        k, outputs = weight.shape[2], weight.shape[1]
        height, width = ((n - 1) * stride - 2 * padding + k + output_padding for n in x.shape[2:])
        zeros = np.zeros((len(x), outputs, height, width))
        _, back = conv2d(zeros, weight, np.zeros(len(weight)), stride, padding)
        y = back(x)[0] + bias[:, None, None]

        def pullback(dy):
            dx, again = conv2d(dy, weight, np.zeros(len(weight)), stride, padding)
            return dx, again(x)[1], np.einsum("bohw->o", dy)

        return y, pullback


class ZerosBetweenInSinglePrecision:
    """A correlation of x, with zeros between and around its numbers, with the kernel turned by half a turn."""

    @staticmethod
    def conv_transpose2d(x, weight, bias, stride, padding, output_padding):
        x, weight, bias = (array.astype(np.float32) for array in (x, weight, bias))
        k = weight.shape[2]
        apart = np.zeros((*x.shape[:2], *((n - 1) * stride + 1 for n in x.shape[2:])), np.float32)
        apart[:, :, ::stride, ::stride] = x
        around = np.pad(apart, ((0, 0), (0, 0), (k - 1, k - 1 + output_padding), (k - 1, k - 1 + output_padding)))
        windows = np.lib.stride_tricks.sliding_window_view(around, (k, k), axis=(2, 3))
        full = np.einsum("bchwij,coij->bohw", windows, weight[:, :, ::-1, ::-1], optimize=True)
        inside = np.s_[:, :, padding : full.shape[2] - padding, padding : full.shape[3] - padding]

        def pullback(dy):
            dfull = np.zeros_like(full)
            dfull[inside] = dy
            seen = np.lib.stride_tricks.sliding_window_view(dfull, (k, k), axis=(2, 3))
            seen = seen[:, :, : (x.shape[2] - 1) * stride + 1 : stride, : (x.shape[3] - 1) * stride + 1 : stride]
            dx = np.einsum("bohwij,coij->bchw", seen, weight, optimize=True)
            dweight = np.einsum("bohwij,bchw->coij", seen, x, optimize=True)
            return dx, dweight, dy.astype(np.float32).sum(axis=(0, 2, 3))

        return full[inside] + bias[:, None, None], pullback
