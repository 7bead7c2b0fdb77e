"""From grey levels to points of [0, 1) that have a density (Theis et al. 2016)."""

import numpy as np
from jaxtyping import Float32, UInt8

from common.likelihood import GREY_LEVELS
from common.streams import Stream, generator


def dequantize(
    images: UInt8[np.ndarray, "*shape"], seed: int, stream: Stream, index: int
) -> Float32[np.ndarray, "*shape"]:
    """Return (level + u) / 256 with u uniform on [0, 1): a point of the cell of width 1/256 of each level.

    The mean log density of a model at these points, minus log 256 a pixel, is a lower bound of the log
    probability that it gives to the levels (Theis et al. 2016, section 3.1). So the density cannot grow without
    limit, as it can on the levels themselves when a Gaussian shrinks onto one of them. The streams are those of
    `common.data.binarization.dynamic_binarization`: a run draws one or the other.
    """
    u = generator(seed, stream, index).random(images.shape)
    # the largest float32 below 1 keeps what rounds up inside the open interval
    return np.minimum(((images + u) / GREY_LEVELS).astype(np.float32), np.nextafter(np.float32(1), np.float32(0)))
