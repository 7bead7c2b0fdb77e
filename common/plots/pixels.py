"""From arrays of images to one picture with cells: what is accepted, and how cells are laid out."""

import numpy as np
from jaxtyping import Float, Real

from common.data.images import require_grey_levels
from common.errors import InvalidArgument
from common.finite import require_finite

# A resampled image may leave [0, 1] by rounding; by more than this, it is a mistake.
ROUNDING = 1e-3
# A decoder never says 0; what stays below this in every image counts as margin.
BLACK = 0.3


def colour_images(
    name: str, images: Real[np.ndarray, "*grid channels height width"], axes: int = 4
) -> Float[np.ndarray, "*grid height width 3"]:
    """Check images and return them as red, green and blue in [0, 1]; `axes` is how many they must have.

    Raises
    ------
    InvalidArgument
        When the number of axes, the number of channels, the type or the range of values is wrong, or
        there is nothing to draw.
    """
    _check_layout(name, images, axes)
    values = images / 255.0 if images.dtype == np.uint8 else images.astype(np.float64)
    _check_range(name, values)
    channels_last = np.moveaxis(np.clip(values, 0.0, 1.0), -3, -1)
    return np.broadcast_to(channels_last, (*channels_last.shape[:-1], 3))


def mosaic(
    images: Float[np.ndarray, "n height width 3"], columns: int, margin: int
) -> Float[np.ndarray, "picture_height picture_width 3"]:
    """Lay images out row by row, each with a white margin of this many pixels; unused cells are white."""
    rows = -(-len(images) // columns)
    frame = ((0, 0), (margin, margin), (margin, margin), (0, 0))
    framed = np.pad(images, frame, constant_values=1.0)
    missing = rows * columns - len(images)
    cells = np.pad(framed, ((0, missing), (0, 0), (0, 0), (0, 0)), constant_values=1.0)
    _, height, width, _ = cells.shape
    grid = cells.reshape(rows, columns, height, width, 3)
    return grid.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, 3)


def without_black_margins(
    images: Float[np.ndarray, "n height width 3"],
) -> Float[np.ndarray, "n inner_height inner_width 3"]:
    """Cut off the rows and columns at the borders that are black in all images, but for one pixel."""
    brightest = images.max(axis=(0, 3))
    if brightest.max() < BLACK:
        return images
    top, bottom = _extent(brightest.max(axis=1))
    left, right = _extent(brightest.max(axis=0))
    return images[:, top:bottom, left:right]


def _extent(values: Float[np.ndarray, " n"]) -> tuple[int, int]:
    bright = np.flatnonzero(values >= BLACK)
    return max(0, int(bright[0]) - 1), min(len(values), int(bright[-1]) + 2)


def margin_of(images: Float[np.ndarray, "*grid height width 3"]) -> int:
    """Return a margin in pixels that parts neighbours without pushing them away."""
    return max(1, round(0.03 * max(images.shape[-3:-1])))


def _check_layout(name: str, images: Real[np.ndarray, "..."], axes: int) -> None:
    layout = {4: "(n, channels, height, width)", 5: "(rows, columns, channels, height, width)"}[axes]
    if images.ndim != axes:
        remedy = "One image is images[None]; flat ones go through reshape(n, channels, height, width)."
        raise InvalidArgument(name, f"shape {images.shape}", f"an array {layout}", remedy)
    if images.size == 0:
        raise InvalidArgument(name, f"shape {images.shape}", "at least one image")
    if images.shape[-3] not in (1, 3):
        remedy = f"The axes are {layout}; np.moveaxis brings the channels forward."
        raise InvalidArgument(name, f"{images.shape[-3]} channels", "1 (grey) or 3 (red, green, blue)", remedy)
    if images.dtype != np.uint8 and not np.issubdtype(images.dtype, np.floating):
        remedy = "Convert with astype(np.float32), values in [0, 1]."
        raise InvalidArgument(name, f"type {images.dtype}", "uint8 or a floating type", remedy)
    require_grey_levels(images, name)


def _check_range(name: str, values: Float[np.ndarray, "..."]) -> None:
    require_finite(name, values, "numbers in [0, 1]", "Look for where they first appear.")
    low, high = values.min(), values.max()
    if low < -ROUNDING or high > 1.0 + ROUNDING:
        remedy = "A decoder's logits become pixels through the sigmoid; values up to 255 belong in uint8."
        raise InvalidArgument(name, f"values from {low:.3g} to {high:.3g}", "[0, 1]", remedy)
