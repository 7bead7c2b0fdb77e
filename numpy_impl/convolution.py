"""Convolution and its transpose as matrix products, each as value and pullback.

Arguments and results have the axes (batch, channels, height, width). In memory the batch is the last axis:
the copies between an image and its patches then move whole rows of ``batch`` numbers, which is several
times faster than rows of ``width``. Source of the formulas: Dumoulin & Visin 2016, chapters 2 and 4.
"""

import numpy as np
from jaxtyping import Float

from numpy_impl.operations import Array, PullbackToMany

Convolved = Float[Array, "batch outputs rows columns"]
Transposed = Float[Array, "batch outputs height width"]


def conv2d(
    x: Float[Array, "batch inputs height width"],
    weight: Float[Array, "outputs inputs kernel kernel"],
    bias: Float[Array, " outputs"],
    stride: int,
    padding: int,
) -> tuple[Float[Array, "batch outputs rows columns"], PullbackToMany]:
    """y[b, o] = bias[o] + sum_{c, i, j} weight[o, c, i, j] * shifted_ij(x[b, c]), a strided correlation.

    The pullback is dy -> (dx, dweight, dbias); dx is a transposed convolution of dy.
    """
    y, parameter_pullback = conv2d_of_data(x, weight, bias, stride, padding)

    def pullback(dy: Convolved) -> tuple[Array, Array, Array]:
        dpatches = _flat_kernel(weight).T @ _batch_last(dy)
        dx = _from_patches(dpatches, dy.shape, x.shape[1:], weight.shape[2], stride, padding)
        dweight, dbias = parameter_pullback(dy)
        return dx, dweight, dbias

    return y, pullback


def conv2d_of_data(
    x: Float[Array, "batch inputs height width"],
    weight: Float[Array, "outputs inputs kernel kernel"],
    bias: Float[Array, " outputs"],
    stride: int,
    padding: int,
) -> tuple[Float[Array, "batch outputs rows columns"], PullbackToMany]:
    """y[b, o, r, s] = bias[o] + sum_{c, i, j} weight[o, c, i, j] * padded[b, c, r * stride + i, s * stride + j].

    ``padded`` is x with ``padding`` rows and columns of zeros on each of its four sides. The pullback is
    dy -> (dweight, dbias): this is `conv2d` for the first layer, where x is data and nobody asks for dx.
    """
    kernel = weight.shape[2]
    rows, columns = ((size + 2 * padding - kernel) // stride + 1 for size in x.shape[2:])
    patches = _to_patches(x, (rows, columns), kernel, stride, padding)
    y = _flat_kernel(weight) @ patches
    y += bias[:, None]

    def pullback(dy: Convolved) -> tuple[Array, Array]:
        flat = _batch_last(dy)
        return (flat @ patches.T).reshape(weight.shape), flat.sum(axis=1)

    return _batch_first(y, (len(weight), rows, columns)), pullback


def conv_transpose2d(
    x: Float[Array, "batch inputs rows columns"],
    weight: Float[Array, "inputs outputs kernel kernel"],
    bias: Float[Array, " outputs"],
    stride: int,
    padding: int,
    output_padding: int,
) -> tuple[Float[Array, "batch outputs height width"], PullbackToMany]:
    """y = the gradient of `conv2d` with respect to its input, used as a layer, plus a bias.

    Every number of x stamps the kernel, scaled, onto a canvas, at ``stride`` times its own place. y is what lies on
    the canvas from row and column ``padding`` on, (rows - 1) * stride - 2 * padding + kernel + output_padding high,
    and as wide as the columns say. The pullback is dy -> (dx, dweight, dbias); dx is a convolution of dy.
    """
    kernel = weight.shape[2]
    height, width = ((size - 1) * stride - 2 * padding + kernel + output_padding for size in x.shape[2:])
    flat = _batch_last(x)
    stamps = _flat_kernel(weight).T @ flat
    y = _from_patches(stamps, x.shape, (weight.shape[1], height, width), kernel, stride, padding)
    y += bias[:, None, None]

    def pullback(dy: Transposed) -> tuple[Array, Array, Array]:
        dpatches = _to_patches(dy, x.shape[2:], kernel, stride, padding)
        dx = _batch_first(_flat_kernel(weight) @ dpatches, x.shape[1:])
        return dx, (flat @ dpatches.T).reshape(weight.shape), dy.sum(axis=(0, 2, 3))

    return y, pullback


def with_batch_last(x: Float[Array, "batch channels height width"]) -> Float[Array, "batch channels height width"]:
    """Return the same array with the batch as its last axis in memory, in which all that follows is faster."""
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)


def _to_patches(x: Array, output: tuple[int, ...], kernel: int, stride: int, padding: int) -> Array:
    """Copy out what the kernel sees: (inputs * kernel * kernel, rows * columns * batch)."""
    batch, channels, height, width = x.shape
    rows, columns = output
    padded = np.zeros((channels, height + 2 * padding, width + 2 * padding, batch), x.dtype)
    padded[:, padding : padding + height, padding : padding + width] = x.transpose(1, 2, 3, 0)
    patches = np.empty((channels, kernel, kernel, rows, columns, batch), x.dtype)
    for i in range(kernel):
        for j in range(kernel):
            patches[:, i, j] = padded[:, i : i + stride * rows : stride, j : j + stride * columns : stride]
    return patches.reshape(channels * kernel * kernel, -1)


def _from_patches(
    patches: Array, grid: tuple[int, ...], image: tuple[int, ...], kernel: int, stride: int, padding: int
) -> Array:
    """Add every patch back where `_to_patches` took it from: the transpose of that copy."""
    batch, _, rows, columns = grid
    channels, height, width = image
    # the last rows and columns of the canvas may lie beyond what any patch of the image covers
    extent = [max((n - 1) * stride + kernel, size + 2 * padding) for n, size in ((rows, height), (columns, width))]
    padded = np.zeros((channels, *extent, batch), patches.dtype)
    parts = patches.reshape(channels, kernel, kernel, rows, columns, batch)
    for i in range(kernel):
        for j in range(kernel):
            padded[:, i : i + stride * rows : stride, j : j + stride * columns : stride] += parts[:, i, j]
    return padded[:, padding : padding + height, padding : padding + width].transpose(3, 0, 1, 2)


def _flat_kernel(weight: Array) -> Array:
    return weight.reshape(len(weight), -1)


def _batch_last(x: Array) -> Array:
    return x.transpose(1, 2, 3, 0).reshape(x.shape[1], -1)


def _batch_first(flat: Array, image: tuple[int, ...]) -> Array:
    return flat.reshape(*image, -1).transpose(3, 0, 1, 2)
