"""Right answers to exercise 33 in other styles."""

import numpy as np

from common.errors import InvalidArgument
from numpy_impl.convolution import conv2d


class Numbered:
    """Places numbered in the order of reading, and a kernel with zeros written into it."""

    @staticmethod
    def causal_mask(kernel, itself):
        if kernel % 2 != 1:
            raise InvalidArgument("kernel", kernel, "an odd number")
        return (np.arange(kernel * kernel) < kernel * kernel // 2 + itself).reshape(kernel, kernel)

    @staticmethod
    def masked_conv2d(x, weight, bias, itself):
        k = weight.shape[-1]
        hidden = ~Numbered.causal_mask(k, itself)
        seen = weight.copy()
        seen[..., hidden] = 0
        y, inner = conv2d(x, seen, bias, 1, (k - 1) // 2)

        def pullback(dy):
            dx, dweight, dbias = inner(dy)
            dweight = dweight.copy()
            dweight[..., hidden] = 0
            return [dx, dweight, dbias]

        return y, pullback


class Loops:
    """A loop over the places of the kernel that are seen; there is no mask in the convolution."""

    @staticmethod
    def causal_mask(kernel, itself):
        if not kernel % 2:
            raise InvalidArgument("kernel", kernel, "an odd number")
        c = kernel // 2
        rows = [[int(i < c or (i == c and j < c + itself)) for j in range(kernel)] for i in range(kernel)]
        return np.array(rows)

    @staticmethod
    def masked_conv2d(x, weight, bias, itself):
        (height, width), c = x.shape[2:], weight.shape[2] // 2
        padded = np.pad(x, [(0, 0)] * 2 + [(c, c)] * 2)
        seen = [(i, j) for i in range(c + 1) for j in range(2 * c + 1) if i < c or j < c + itself]
        y = np.zeros((len(x), len(weight), height, width)) + bias[:, None, None]
        for i, j in seen:
            y += np.einsum("oc,bchw->bohw", weight[:, :, i, j], padded[:, :, i : i + height, j : j + width])

        def pullback(dy):
            dpadded, dweight = np.zeros_like(padded), np.zeros_like(weight)
            for i, j in seen:
                part = padded[:, :, i : i + height, j : j + width]
                dweight[:, :, i, j] = np.einsum("bohw,bchw->oc", dy, part)
                dpadded[:, :, i : i + height, j : j + width] += np.einsum("bohw,oc->bchw", dy, weight[:, :, i, j])
            return dpadded[:, :, c : c + height, c : c + width], dweight, dy.sum(axis=(0, 2, 3))

        return y, pullback


class TrianglesInSinglePrecision:
    """A mask of floats from its parts, and float32."""

    @staticmethod
    def causal_mask(kernel, itself):
        c, rest = divmod(kernel, 2)
        if rest == 0:
            raise InvalidArgument("kernel", kernel, "odd")
        middle = np.concatenate((np.ones(c), [itself], np.zeros(c)))
        return np.vstack((np.ones((c, kernel)), middle, np.zeros((c, kernel))))

    @staticmethod
    def masked_conv2d(x, weight, bias, itself):
        x, weight, bias = (array.astype(np.float32) for array in (x, weight, bias))
        mask = TrianglesInSinglePrecision.causal_mask(len(weight[0, 0]), itself).astype(np.float32)
        y, inner = conv2d(x, np.einsum("ocij,ij->ocij", weight, mask), bias, 1, len(mask) // 2)

        def pullback(dy):
            dx, dweight, dbias = inner(dy.astype(np.float32))
            return dx, np.where(mask == 1, dweight, 0), dbias

        return y, pullback
