"""Wrong answers to exercise 12, written without sight of its misconceptions."""

import numpy as np

from numpy_impl.convolution import _batch_first, _flat_kernel, _to_patches


def _padded(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


def _value(x, weight, bias, stride, padding):
    kernel = weight.shape[2]
    rows, columns = ((size + 2 * padding - kernel) // stride + 1 for size in x.shape[2:])
    patches = _to_patches(x, (rows, columns), kernel, stride, padding)
    y = _flat_kernel(weight) @ patches
    y += bias[:, None]
    return _batch_first(y, (len(weight), rows, columns)), patches


def _parameter_gradients(x, weight, dy, stride, padding):
    p, (rows, columns) = _padded(x, padding), dy.shape[2:]
    dweight = np.zeros(weight.shape)
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            window = p[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            dweight[:, :, i, j] = np.einsum("bors,bcrs->oc", dy, window)
    return dweight, dy.sum(axis=(0, 2, 3))


class GrowsFromCallToCall:
    """dweight starts from zeros outside of the pullback, so that a second call adds to the result of the first."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        y, _ = _value(x, weight, bias, stride, padding)
        p = _padded(x, padding)
        rows, columns = y.shape[2:]
        dweight = np.zeros_like(weight)

        def pullback(dy):
            for i in range(weight.shape[2]):
                for j in range(weight.shape[3]):
                    window = p[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
                    dweight[:, :, i, j] += np.einsum("bors,bcrs->oc", dy, window)
            return dweight, dy.sum(axis=(0, 2, 3))

        return y, pullback


class BatchRunsSlowest:
    """dy is flattened in the order (image, row, column), while the columns of the patches have the image last."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        y, patches = _value(x, weight, bias, stride, padding)

        def pullback(dy):
            flat = dy.transpose(1, 0, 2, 3).reshape(len(weight), -1)
            return (flat @ patches.T).reshape(weight.shape), flat.sum(axis=1)

        return y, pullback


class ValueInsteadOfCotangent:
    """dbias sums the value y; it has to sum dy."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        y, _ = _value(x, weight, bias, stride, padding)

        def pullback(dy):
            dweight, _ = _parameter_gradients(x, weight, dy, stride, padding)
            return dweight, y.sum(axis=(0, 2, 3))

        return y, pullback


class DividedByPlaces:
    """The sum over rows and columns is a mean: both gradients are divided by the number of places in y."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        y, _ = _value(x, weight, bias, stride, padding)

        def pullback(dy):
            dweight, dbias = _parameter_gradients(x, weight, dy, stride, padding)
            places = dy.shape[2] * dy.shape[3]
            return dweight / places, dbias / places

        return y, pullback


class StrideForgottenInWeights:
    """dweight reads the padded image at neighbouring places: the stride is forgotten."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        y, _ = _value(x, weight, bias, stride, padding)

        def pullback(dy):
            return _parameter_gradients(x, weight, dy, 1, padding)

        return y, pullback


class BiasPerImage:
    """dbias is summed over the places and the channels, one number for every image."""

    @staticmethod
    def conv2d_of_data(x, weight, bias, stride, padding):
        y, _ = _value(x, weight, bias, stride, padding)

        def pullback(dy):
            dweight, _ = _parameter_gradients(x, weight, dy, stride, padding)
            return dweight, dy.sum(axis=(1, 2, 3))

        return y, pullback


class SizeRecomputed:
    """The padded image is as large as the kernel reached; rows that it did not reach are added at the top and left."""

    @staticmethod
    def conv2d(x, weight, bias, stride, padding):
        y, _ = _value(x, weight, bias, stride, padding)

        def pullback(dy):
            kernel, (rows, columns) = weight.shape[2], dy.shape[2:]
            height, width = (rows - 1) * stride + kernel, (columns - 1) * stride + kernel
            dp = np.zeros((*x.shape[:2], height, width))
            for r in range(rows):
                for s in range(columns):
                    top, left = r * stride, s * stride
                    dp[:, :, top : top + kernel, left : left + kernel] += np.einsum(
                        "ocij,bo->bcij", weight, dy[:, :, r, s]
                    )
            missing = [max(size + 2 * padding - got, 0) for size, got in zip(x.shape[2:], (height, width), strict=True)]
            dp = np.pad(dp, ((0, 0), (0, 0), (missing[0], 0), (missing[1], 0)))
            dx = dp[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
            return dx, *_parameter_gradients(x, weight, dy, stride, padding)

        return y, pullback


class CropFailsWithoutPadding:
    """The padding is cut off with [padding:-padding], which leaves nothing where the padding is 0."""

    @staticmethod
    def conv2d(x, weight, bias, stride, padding):
        y, _ = _value(x, weight, bias, stride, padding)

        def pullback(dy):
            rows, columns = dy.shape[2:]
            dp = np.zeros_like(_padded(x, padding))
            for i in range(weight.shape[2]):
                for j in range(weight.shape[3]):
                    place = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
                    dp[place] += np.einsum("oc,bors->bcrs", weight[:, :, i, j], dy)
            dx = dp[:, :, padding:-padding, padding:-padding]
            return dx, *_parameter_gradients(x, weight, dy, stride, padding)

        return y, pullback


class OverlapAveraged:
    """Where places of the kernel overlap, dx takes the mean of what arrives; it has to be the sum."""

    @staticmethod
    def conv2d(x, weight, bias, stride, padding):
        y, _ = _value(x, weight, bias, stride, padding)

        def pullback(dy):
            rows, columns = dy.shape[2:]
            dp = np.zeros_like(_padded(x, padding))
            count = np.zeros_like(dp)
            for i in range(weight.shape[2]):
                for j in range(weight.shape[3]):
                    place = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
                    dp[place] += np.einsum("oc,bors->bcrs", weight[:, :, i, j], dy)
                    count[place] += 1
            dp /= np.maximum(count, 1)
            dx = dp[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
            return dx, *_parameter_gradients(x, weight, dy, stride, padding)

        return y, pullback


class RepeatedIndicesCountedOnce:
    """dP[..., index] += with an array of indices counts a place that occurs twice only once."""

    @staticmethod
    def conv2d(x, weight, bias, stride, padding):
        y, _ = _value(x, weight, bias, stride, padding)

        def pullback(dy):
            kernel, (rows, columns) = weight.shape[2], dy.shape[2:]
            dp = np.zeros_like(_padded(x, padding))
            h = stride * np.arange(rows)[:, None, None, None] + np.arange(kernel)[None, None, :, None]
            w = stride * np.arange(columns)[None, :, None, None] + np.arange(kernel)[None, None, None, :]
            dp[:, :, h, w] += np.einsum("ocij,bors->bcrsij", weight, dy)
            dx = dp[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
            return dx, *_parameter_gradients(x, weight, dy, stride, padding)

        return y, pullback


class CotangentScaledInPlace:
    """dy is divided by the batch size in place before anything is done with it."""

    @staticmethod
    def conv2d(x, weight, bias, stride, padding):
        y, parameter_pullback = _both(x, weight, bias, stride, padding)

        def pullback(dy):
            dy /= len(dy)
            return parameter_pullback(dy)

        return y, pullback


class KernelTurned:
    """dx is taken with the kernel turned by half a turn, as a convolution in mathematics would."""

    @staticmethod
    def conv2d(x, weight, bias, stride, padding):
        y, _ = _both(x, weight, bias, stride, padding)

        def pullback(dy):
            _, turned = _both(x, weight[:, :, ::-1, ::-1], bias, stride, padding)
            return turned(dy)

        return y, pullback


def _both(x, weight, bias, stride, padding):
    y, _ = _value(x, weight, bias, stride, padding)

    def pullback(dy):
        rows, columns = dy.shape[2:]
        dp = np.zeros_like(_padded(x, padding))
        for i in range(weight.shape[2]):
            for j in range(weight.shape[3]):
                place = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
                dp[place] += np.einsum("oc,bors->bcrs", weight[:, :, i, j], dy)
        dx = dp[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
        return dx, *_parameter_gradients(x, weight, dy, stride, padding)

    return y, pullback
