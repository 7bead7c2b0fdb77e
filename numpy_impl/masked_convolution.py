"""A convolution that sees of an image, in the order of rows, what lies before a place: the layer of a PixelCNN.

Source: van den Oord et al. 2016 (arXiv 1601.06759), section 3.4. All channels of a place are seen, or none.
"""

import numpy as np
from jaxtyping import Bool, Float

from common.errors import InvalidArgument
from numpy_impl.convolution import Convolved, conv2d
from numpy_impl.operations import Array, PullbackToMany


def causal_mask(kernel: int, itself: bool) -> Bool[np.ndarray, "kernel kernel"]:
    """True where a kernel may look, if its centre lies on the place that is computed.

    It may look at all rows above the centre and, in the row of the centre, at what is left of it. At the centre it
    may look if ``itself`` (mask B of the paper), and not otherwise (mask A).

    Raises
    ------
    InvalidArgument
        If ``kernel`` is even: such a kernel has no centre.
    """
    if kernel % 2 == 0:
        raise InvalidArgument("kernel", kernel, "an odd number, so that there is a centre")
    mask, centre = np.zeros((kernel, kernel), bool), kernel // 2
    mask[:centre] = True
    mask[centre, : centre + itself] = True
    return mask


def masked_conv2d(
    x: Float[Array, "batch inputs height width"],
    weight: Float[Array, "outputs inputs kernel kernel"],
    bias: Float[Array, " outputs"],
    itself: bool,
) -> tuple[Float[Array, "batch outputs height width"], PullbackToMany]:
    """`conv2d` of x with `causal_mask` times the weight, and the pullback dy -> (dx, dweight, dbias).

    The stride is 1 and the padding ``kernel // 2``, so that y is as high and as wide as x. What the mask hides has no
    effect on y, whatever its weight: dweight is 0 there.
    """
    mask = causal_mask(weight.shape[2], itself)
    y, unmasked = conv2d(x, weight * mask, bias, 1, weight.shape[2] // 2)

    def pullback(dy: Convolved) -> tuple[Array, Array, Array]:
        dx, dweight, dbias = unmasked(dy)
        return dx, dweight * mask, dbias

    return y, pullback
