"""The layer that halves an image in Stable Diffusion's encoder. Source: Rombach et al. 2022, the authors' code."""

import numpy as np
from jaxtyping import Float

from numpy_impl.convolution import conv2d
from numpy_impl.operations import Array, PullbackToMany

Fine = Float[Array, "batch inputs height width"]
Coarse = Float[Array, "batch outputs rows columns"]


def downsample(
    x: Fine, weight: Float[Array, "outputs inputs 3 3"], bias: Float[Array, " outputs"]
) -> tuple[Coarse, PullbackToMany]:
    """y = a convolution of stride 2 of x, with its pullback dy -> (dx, dweight, dbias); height and width are even.

    x gets one row of zeros below and one column of zeros on its right, and nothing above or on its left. So
    y[b, o, r, s] sees the rows 2r, 2r + 1, 2r + 2 and the columns 2s, 2s + 1, 2s + 2 of x[b].
    """
    y, convolution_pullback = conv2d(np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))), weight, bias, stride=2, padding=0)

    def pullback(dy: Coarse) -> tuple[Array, Array, Array]:
        dpadded, dweight, dbias = convolution_pullback(dy)
        return dpadded[:, :, :-1, :-1], dweight, dbias

    return y, pullback
