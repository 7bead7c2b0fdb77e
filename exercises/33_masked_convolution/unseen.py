"""Wrong answers to exercise 33 besides its misconceptions."""

import numpy as np

from common.errors import InvalidArgument
from numpy_impl.convolution import conv2d


def _mask(kernel, itself):
    return (np.arange(kernel * kernel) < kernel * kernel // 2 + itself).reshape(kernel, kernel)


class Triangle:
    """causal_mask is the lower triangle of attention."""

    @staticmethod
    def causal_mask(kernel, itself):
        if kernel % 2 == 0:
            raise InvalidArgument("kernel", kernel, "an odd number")
        return np.tril(np.ones((kernel, kernel)), 0 if itself else -1)


class LeftHalf:
    """causal_mask sees the columns left of the centre in every row."""

    @staticmethod
    def causal_mask(kernel, itself):
        if kernel % 2 == 0:
            raise InvalidArgument("kernel", kernel, "an odd number")
        return np.tile(np.arange(kernel) < kernel // 2 + itself, (kernel, 1))


class ThreeByThree:
    """causal_mask is written down for a kernel of 3, and put into the middle of larger ones."""

    @staticmethod
    def causal_mask(kernel, itself):
        if kernel % 2 == 0:
            raise InvalidArgument("kernel", kernel, "an odd number")
        mask = np.zeros((kernel, kernel))
        if kernel >= 3:
            c = kernel // 2
            mask[c - 1 : c + 2, c - 1 : c + 2] = [[1, 1, 1], [1, itself, 0], [0, 0, 0]]
        else:
            mask[:] = itself
        return mask


class EvenRefusedAsValueError:
    """An even kernel raises ValueError."""

    @staticmethod
    def causal_mask(kernel, itself):
        if kernel % 2 == 0:
            raise ValueError("the kernel must be odd")
        return _mask(kernel, itself)


class EvenRoundedUp:
    """An even kernel gets the mask of the next odd one."""

    @staticmethod
    def causal_mask(kernel, itself):
        return _mask(kernel + (kernel % 2 == 0), itself)


class OneOrTwo:
    """The mask counts: 1 where the kernel may look, 2 at the centre."""

    @staticmethod
    def causal_mask(kernel, itself):
        if kernel % 2 == 0:
            raise InvalidArgument("kernel", kernel, "an odd number")
        mask = _mask(kernel, itself).astype(float)
        mask[kernel // 2, kernel // 2] *= 2
        return mask


class MaskOnTheImage:
    """The lower half of the image is masked instead of the kernel."""

    @staticmethod
    def masked_conv2d(x, weight, bias, itself):
        height, width = x.shape[2:]
        seen = (np.arange(height * width) < height * width // 2 + itself).reshape(height, width)
        y, inner = conv2d(x * seen, weight, bias, 1, weight.shape[2] // 2)

        def pullback(dy):
            dx, dweight, dbias = inner(dy)
            return dx * seen, dweight, dbias

        return y, pullback


class ZerosAreLearnt:
    """The value is masked; the gradient of a hidden weight pulls it to 0."""

    @staticmethod
    def masked_conv2d(x, weight, bias, itself):
        mask = _mask(weight.shape[2], itself)
        y, inner = conv2d(x, weight * mask, bias, 1, weight.shape[2] // 2)

        def pullback(dy):
            dx, dweight, dbias = inner(dy)
            return dx, np.where(mask, dweight, weight), dbias

        return y, pullback


class NoPadding:
    """There is no padding, so that y is smaller than x."""

    @staticmethod
    def masked_conv2d(x, weight, bias, itself):
        mask = _mask(weight.shape[2], itself)
        return conv2d(x, weight * mask, bias, 1, 0 if weight.shape[2] <= min(x.shape[2:]) else 3)


class ValueShifted:
    """The image is moved down by a row, and the kernel sees all rows but the last ones."""

    @staticmethod
    def masked_conv2d(x, weight, bias, itself):
        k = weight.shape[2] // 2
        moved = np.zeros_like(x)
        moved[:, :, 1:] = x[:, :, :-1]
        keep = weight * (np.arange(2 * k + 1) <= k)[:, None]
        y, inner = conv2d(moved, keep, bias, 1, k)

        def pullback(dy):
            dx, dweight, dbias = inner(dy)
            back = np.zeros_like(dx)
            back[:, :, :-1] = dx[:, :, 1:]
            return back, dweight, dbias

        return y, pullback


class FirstGradientKept:
    """The pullback computes once and returns the same arrays ever after."""

    @staticmethod
    def masked_conv2d(x, weight, bias, itself):
        mask = _mask(weight.shape[2], itself)
        y, inner = conv2d(x, weight * mask, bias, 1, weight.shape[2] // 2)
        kept = []

        def pullback(dy):
            if not kept:
                dx, dweight, dbias = inner(dy)
                kept.append((dx, dweight * mask, dbias))
            return kept[0]

        return y, pullback


class BiasOfTheFirstChannel:
    """All outputs get the first bias."""

    @staticmethod
    def masked_conv2d(x, weight, bias, itself):
        mask = _mask(weight.shape[2], itself)
        y, inner = conv2d(x, weight * mask, 0 * bias + bias[0], 1, weight.shape[2] // 2)

        def pullback(dy):
            dx, dweight, dbias = inner(dy)
            return dx, dweight * mask, dbias

        return y, pullback


class LastRowOfTheKernelOnly:
    """Rows below the centre are cut away, but the row of the centre is seen whole."""

    @staticmethod
    def masked_conv2d(x, weight, bias, itself):
        mask = np.arange(weight.shape[2])[:, None] <= weight.shape[2] // 2
        y, inner = conv2d(x, weight * mask, bias, 1, weight.shape[2] // 2)

        def pullback(dy):
            dx, dweight, dbias = inner(dy)
            return dx, dweight * mask, dbias

        return y, pullback
