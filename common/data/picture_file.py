"""One PNG or JPEG file, brought to the shape of a data set's images.

* A photograph is turned as its EXIF orientation says.
* Transparent areas become white; palettes and CMYK become red, green and blue; 16 bits a level become 8.
* The middle of the picture is cut out in the wanted proportions and made smaller; nothing is ever enlarged.
* An animation, a picture of more than 89 million pixels, and what cannot be read to its end are refused.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt8

from common.errors import OperationFailed, in_a_line

if TYPE_CHECKING:
    from PIL.Image import Image

Size = tuple[int, int]
"""Height and width in pixels."""

FORMATS = ("PNG", "JPEG")
TURNED = range(5, 9)
"""EXIF orientations in which the picture lies on its side."""
ORIENTATION = 0x0112
SIXTEEN_BITS_TO_EIGHT = 65535 / 255


def picture_size(path: Path) -> Size:
    """Return height and width as the picture is to be seen, from the head of the file.

    Raises
    ------
    OperationFailed
        If the file is no usable picture.
    """
    with _opened(path) as picture:
        width, height = picture.size
        return (width, height) if picture.getexif().get(ORIENTATION) in TURNED else (height, width)


def read_picture(path: Path, size: Size, *, grey: bool) -> UInt8[np.ndarray, "channels height width"]:
    """Return a picture at this size, in grey levels or in red, green and blue.

    Raises
    ------
    OperationFailed
        If the file is no usable picture, or smaller than ``size``.
    """
    from PIL import Image, ImageOps

    height, width = size
    with _opened(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        if upright.height < height or upright.width < width:
            given = f"{upright.height}x{upright.width}, where {height}x{width} is needed"
            raise OperationFailed(f"too small: {given}; a smaller --size takes it")
        colours = _on_white(_eight_bits(upright)).convert("L" if grey else "RGB")
        pixels = np.asarray(ImageOps.fit(colours, (width, height), Image.Resampling.LANCZOS))
    return pixels.reshape(height, width, -1).transpose(2, 0, 1)


@contextmanager
def _opened(path: Path) -> Iterator["Image"]:
    """Open a picture; whatever goes wrong inside the block is what is wrong with the file."""
    from PIL import Image, UnidentifiedImageError

    if not path.is_file():
        raise OperationFailed("not a file, or a link to none")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as picture:
                _refuse_animation(picture)
                yield picture
    except OperationFailed:
        raise
    except UnidentifiedImageError as error:
        raise OperationFailed("neither a PNG nor a JPEG file") from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise OperationFailed(f"more than {Image.MAX_IMAGE_PIXELS:,} pixels; make it smaller") from error
    except PermissionError as error:
        raise OperationFailed("cannot be read: permission denied") from error
    except Exception as error:  # pillow documents no list of what a damaged file can raise
        raise OperationFailed(f"damaged or cut off ({in_a_line(error)})") from error


def _refuse_animation(picture: "Image") -> None:
    """Refuse a PNG of several frames; the second picture in some cameras' JPEG is a preview, and is left out."""
    frames = getattr(picture, "n_frames", 1)
    if picture.format == "PNG" and frames > 1:
        raise OperationFailed(f"an animation of {frames} frames; save one of them by itself")


def _eight_bits(picture: "Image") -> "Image":
    """Bring 16-bit grey levels to 0..255; pillow would cut them off at 255."""
    from PIL import Image

    if not picture.mode.startswith("I"):
        return picture
    return Image.fromarray(np.round(np.asarray(picture) / SIXTEEN_BITS_TO_EIGHT).astype(np.uint8))


def _on_white(picture: "Image") -> "Image":
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
