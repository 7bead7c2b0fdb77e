"""Wrong answers to exercise 11, written without sight of its misconceptions."""

import numpy as np


def _padded(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


def _size(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1


class NegativeIndexWraps:
    """Places left of and above the image are not left out: a negative index counts from the other end of the image."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        batch, _, height, width = x.shape
        outputs, _, kernel, _ = weight.shape
        rows, columns = _size(height, kernel, stride, padding), _size(width, kernel, stride, padding)
        y = np.zeros((batch, outputs, rows, columns)) + bias[:, None, None]
        for r in range(rows):
            for s in range(columns):
                for i in range(kernel):
                    for j in range(kernel):
                        h, w = r * stride + i - padding, s * stride + j - padding
                        if h < height and w < width:
                            y[:, :, r, s] += x[:, :, h, w] @ weight[:, :, i, j].T
        return y


class KernelTransposed:
    """The two axes of the kernel are swapped: the column of the kernel meets the row of the image."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        kernel = weight.shape[2]
        rows, columns = (_size(size, kernel, stride, padding) for size in x.shape[2:])
        p = _padded(x, padding)
        y = np.zeros((len(x), len(weight), rows, columns)) + bias[:, None, None]
        for i in range(kernel):
            for j in range(kernel):
                window = p[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
                y += np.einsum("oc,bcrs->bors", weight[:, :, j, i], window)
        return y


class BiasForEveryTap:
    """The bias is added once for every place of the kernel."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        kernel = weight.shape[2]
        rows, columns = (_size(size, kernel, stride, padding) for size in x.shape[2:])
        p = _padded(x, padding)
        y = np.zeros((len(x), len(weight), rows, columns))
        for i in range(kernel):
            for j in range(kernel):
                window = p[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
                y += np.einsum("oc,bcrs->bors", weight[:, :, i, j], window) + bias[:, None, None]
        return y


class SizeRoundedUp:
    """The number of rows and columns is rounded up: one more where the last step does not fit whole."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        kernel = weight.shape[2]
        rows, columns = (-((kernel - size - 2 * padding) // stride) + 1 for size in x.shape[2:])
        p = np.pad(x, ((0, 0), (0, 0), (padding, padding + stride), (padding, padding + stride)))
        y = np.zeros((len(x), len(weight), rows, columns)) + bias[:, None, None]
        for i in range(kernel):
            for j in range(kernel):
                window = p[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
                y += np.einsum("oc,bcrs->bors", weight[:, :, i, j], window)
        return y


class StrideOnlyInTheSize:
    """The kernel moves by one place, and only the first rows and columns of that are kept."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        kernel = weight.shape[2]
        rows, columns = (_size(size, kernel, stride, padding) for size in x.shape[2:])
        p = _padded(x, padding)
        y = np.zeros((len(x), len(weight), rows, columns))
        for r in range(rows):
            for s in range(columns):
                window = p[:, :, r : r + kernel, s : s + kernel]
                y[:, :, r, s] = np.einsum("bcij,ocij->bo", window, weight) + bias
        return y


class LastPlaceLeftOut:
    """The loops stop one step early where the kernel ends exactly at the border, so that y stays zero there."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        kernel = weight.shape[2]
        rows, columns = (_size(size, kernel, stride, padding) for size in x.shape[2:])
        p = _padded(x, padding)
        y = np.zeros((len(x), len(weight), rows, columns))
        for r, top in enumerate(range(0, p.shape[2] - kernel, stride)):
            for s, left in enumerate(range(0, p.shape[3] - kernel, stride)):
                window = p[:, :, top : top + kernel, left : left + kernel]
                y[:, :, r, s] = np.tensordot(window, weight, ((1, 2, 3), (1, 2, 3))) + bias
        return y


class PaddingUninitialized:
    """The padded image starts as np.empty, so that its border holds whatever lay in memory."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        batch, inputs, height, width = x.shape
        kernel = weight.shape[2]
        rows, columns = (_size(size, kernel, stride, padding) for size in x.shape[2:])
        p = np.empty((batch, inputs, height + 2 * padding, width + 2 * padding))
        p[:, :, padding : padding + height, padding : padding + width] = x
        y = np.zeros((batch, len(weight), rows, columns)) + bias[:, None, None]
        for i in range(kernel):
            for j in range(kernel):
                window = p[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
                y += np.einsum("oc,bcrs->bors", weight[:, :, i, j], window)
        return y


class SqueezedAway:
    """An axis of length one, such as a single image or a single kernel, is squeezed away at the end."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        kernel = weight.shape[2]
        p = _padded(x, padding)
        windows = np.lib.stride_tricks.sliding_window_view(p, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
        y = np.einsum("bcrsij,ocij->bors", windows, weight) + bias[:, None, None]
        return y.squeeze()


class KernelMean:
    """The sum over the kernel and the channels is divided by the number of its terms."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        kernel = weight.shape[2]
        p = _padded(x, padding)
        windows = np.lib.stride_tricks.sliding_window_view(p, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
        y = np.einsum("bcrsij,ocij->bors", windows, weight) / weight[0].size
        return y + bias[:, None, None]


class PaddingOnOneSide:
    """All of the padding is put at the bottom and the right."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        kernel = weight.shape[2]
        p = np.pad(x, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))
        windows = np.lib.stride_tricks.sliding_window_view(p, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
        return np.einsum("bcrsij,ocij->bors", windows, weight) + bias[:, None, None]


class StrideOfTwoAtMost:
    """The stride is a yes or no: with any stride above one, every second place is taken, as many as fit in y."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        kernel = weight.shape[2]
        rows, columns = (_size(size, kernel, stride, padding) for size in x.shape[2:])
        p = _padded(x, padding)
        windows = np.lib.stride_tricks.sliding_window_view(p, (kernel, kernel), axis=(2, 3))
        if stride > 1:
            windows = windows[:, :, ::2, ::2]
        y = np.einsum("bcrsij,ocij->bors", windows, weight) + bias[:, None, None]
        return y[:, :, :rows, :columns]
