"""What images must be before they are used: of the model's shape, in grey levels or in pixels from 0 to 1."""

import numpy as np

from common.data.lazy import LazyArray
from common.errors import InvalidArgument


def require_image_shape(
    images: np.ndarray | LazyArray, image_shape: tuple[int, int, int], argument: str = "images"
) -> None:
    """Raise `InvalidArgument`, with how to bring them into shape, unless images are some of ``image_shape``."""
    if images.shape[1:] == image_shape and len(images) > 0:
        return
    given = f"an array of shape {images.shape}"
    expected = f"shape (n, {', '.join(map(str, image_shape))}) with n at least 1"
    raise InvalidArgument(argument, given, expected, _how_to_reshape(images.shape, image_shape, argument))


def require_grey_levels(images: np.ndarray, argument: str = "images") -> None:
    """Raise `InvalidArgument` where bytes are 0 and 1: taken for grey levels 0..255, they would all be black."""
    if images.dtype == np.uint8 and images.size and images.max() == 1:
        remedy = f"Make 1 white: {argument} * np.uint8(255)."
        raise InvalidArgument(argument, "uint8 values of 0 and 1", "grey levels from 0, black, to 255, white", remedy)


def require_pixels(x: np.ndarray, argument: str = "x") -> None:
    """Raise `InvalidArgument` unless all values are from 0 to 1, as a Bernoulli likelihood needs them."""
    if x.dtype == np.bool_ or not x.size:
        return
    low, high = x.min(), x.max()  # NaN, if there is one
    if not (low >= 0 and high <= 1):
        given = f"{x.dtype} values from {low:.4g} to {high:.4g}"
        raise InvalidArgument(argument, given, "pixels from 0 to 1", _how_to_rescale(float(low), float(high)))


def _how_to_reshape(shape: tuple[int, ...], image_shape: tuple[int, int, int], argument: str) -> str:
    channels, height, width = image_shape
    if shape == image_shape:
        return f"For a single image, add an axis: {argument}[None]."
    if shape[1:] == (height, width, channels):
        return f"Put the channels first: {argument}.transpose(0, 3, 1, 2)."
    if 0 in shape:
        return "There must be at least one image."
    if len(shape) > 1 and np.prod(shape[1:]) == channels * height * width:
        return f"Bring it into shape: {argument}.reshape(-1, {channels}, {height}, {width})."
    return f"This model works on images of {channels} x {height} x {width} (channels, height, width)."


def _how_to_rescale(low: float, high: float) -> str:
    if low >= 0 and high <= 255:
        return "Draw grey levels as 0 and 1 with dynamic_binarization, or divide them by 255."
    if low >= -1 and high <= 1:
        return "Undo the scaling to [-1, 1]: (x + 1) / 2."
    return "Undo the normalisation, and look for NaN."
