"""Checks of images and labels that a user gives."""

import numpy as np
from jaxtyping import Int64, Shaped

from common.errors import InvalidArgument

_EXPECTED = "uint8 grey levels 0..255, floats in [0, 1], or booleans"


def check_images(
    images: object, image_shape: tuple[int, int, int], argument: str = "images"
) -> Shaped[np.ndarray, "n channels height width"]:
    """Return ``images`` if a model of images of ``image_shape`` can use them; say what is wrong otherwise.

    Parameters
    ----------
    images
        Of shape (n, *image_shape): uint8 grey levels 0..255, floats in [0, 1], or booleans and whole
        numbers 0 and 1. Values are never rescaled; booleans, zeros and ones come back as uint8 0 and 1.
    argument
        The name that the caller's user knows, for the message.

    Raises
    ------
    InvalidArgument
        Naming the argument, what was given, what is expected, and what to do.
    """
    if not isinstance(images, np.ndarray):
        given = type(images).__name__
        raise InvalidArgument(argument, given, "a NumPy array", "Convert it with np.asarray.")
    _check_shape(images, image_shape, argument)
    if images.dtype == np.uint8:
        return images
    if images.dtype == np.bool_:
        return images.astype(np.uint8)
    if np.issubdtype(images.dtype, np.floating):
        _check_floats(images, argument)
        return images
    return _zeros_and_ones(images, argument)


def check_labels(labels: object, n: int, classes: int, argument: str = "labels") -> Int64[np.ndarray, " n"]:
    """Return ``labels`` as int64 if they are ``n`` class numbers from 0 to ``classes - 1``.

    Raises
    ------
    InvalidArgument
        Naming the argument, what was given, what is expected, and what to do.
    """
    array = np.asarray(labels)
    expected = f"{n} class numbers from 0 to {classes - 1}"
    if array.shape == (n, classes) and classes > 1:
        remedy = "Turn one-hot rows into class numbers with labels.argmax(axis=1)."
        raise InvalidArgument(argument, f"shape {array.shape}", expected, remedy)
    if array.shape != (n,):
        raise InvalidArgument(argument, f"shape {array.shape}", expected, f"Give shape ({n},).")
    if not np.issubdtype(array.dtype, np.integer):
        raise InvalidArgument(argument, f"dtype {array.dtype}", expected, "Convert with .astype(np.int64).")
    outside = (array < 0) | (array >= classes)
    if outside.any():
        first = int(outside.argmax())
        remedy = "Subtract 1 if the classes were counted from 1."
        raise InvalidArgument(argument, f"{array[first]} at index {first}", expected, remedy)
    return array.astype(np.int64)


def _check_shape(images: np.ndarray, image_shape: tuple[int, int, int], argument: str) -> None:
    if images.shape[1:] == image_shape and len(images) > 0:
        return
    given = f"an array of shape {images.shape}"
    expected = f"shape (n, {', '.join(map(str, image_shape))}) with n at least 1"
    raise InvalidArgument(argument, given, expected, _how_to_reshape(images, image_shape, argument))


def _how_to_reshape(images: np.ndarray, image_shape: tuple[int, int, int], argument: str) -> str:
    channels, height, width = image_shape
    if images.shape == image_shape:
        return f"For a single image, add an axis: {argument}[None]."
    if images.shape[1:] == (height, width, channels):
        return f"Put the channels first: {argument}.transpose(0, 3, 1, 2)."
    if images.size > 0 and images.ndim > 1 and images[0].size == channels * height * width:
        return f"Bring it into shape: {argument}.reshape(-1, {channels}, {height}, {width})."
    if images.size == 0:
        return "There must be at least one image."
    return f"This model works on images of {channels} x {height} x {width} (channels, height, width)."


def _check_floats(images: np.ndarray, argument: str) -> None:
    finite = np.isfinite(images)
    if not finite.all():
        first = np.unravel_index(int((~finite).argmax()), images.shape)
        given = f"{images[first]} first at index {tuple(map(int, first))}"
        raise InvalidArgument(argument, given, "finite values in [0, 1]", "Remove or repair such images.")
    low, high = float(images.min()), float(images.max())
    if low < 0 or high > 1:
        given = f"{images.dtype} values from {low:.4g} to {high:.4g}"
        raise InvalidArgument(argument, given, _EXPECTED, _how_to_rescale(low, high, argument))


def _how_to_rescale(low: float, high: float, argument: str) -> str:
    if low >= 0 and high <= 255:
        return f"Divide grey levels by 255: {argument} / 255."
    if low >= -1 and high <= 1:
        return f"Undo the scaling to [-1, 1]: ({argument} + 1) / 2."
    return "Undo the normalisation (mean and standard deviation) before handing the images in."


def _zeros_and_ones(images: np.ndarray, argument: str) -> np.ndarray:
    if not np.issubdtype(images.dtype, np.integer):
        raise InvalidArgument(argument, f"dtype {images.dtype}", _EXPECTED)
    low, high = int(images.min()), int(images.max())
    if low < 0 or high > 1:
        fits = low >= 0 and high <= 255
        remedy = f"Convert with {argument}.astype(np.uint8)." if fits else "Bring the values into one of these."
        raise InvalidArgument(argument, f"{images.dtype} values from {low} to {high}", _EXPECTED, remedy)
    return images.astype(np.uint8)
