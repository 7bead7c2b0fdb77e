"""What compressors that know nothing of digits make of the same images: bytes as written by Python and Pillow."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator
from math import ceil, sqrt

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image

Pixels = UInt8[np.ndarray, "*_n _h _w"] | Bool[np.ndarray, "*_n _h _w"]
"""Grey levels, or booleans of which files hold eight a byte."""


def _xz(content: bytes) -> bytes:
    """Compress as ``xz -9e`` does, with a dictionary no larger than the content: with 64 MiB it takes 40 ms a digit."""
    lzma2 = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": max(4096, len(content))}
    return lzma.compress(content, filters=[lzma2])


STREAMS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda content: gzip.compress(content, 9),
    "bz2": lambda content: bz2.compress(content, 9),
    "xz": _xz,
}
PICTURES = {"PNG": {"optimize": True}, "WebP": {"lossless": True, "quality": 100, "method": 6}}
"""Formats of pictures, with the options of their smallest files."""


def sizes(images: Pixels) -> Iterator[tuple[str, float]]:
    """Yield bits a pixel by name: a file for all images (a picture then is a mosaic of them), and a file for each."""
    for name, compress in STREAMS.items():
        content = [_bytes(one) for one in images]
        yield f"{name}, one file", 8 * len(compress(_bytes(images))) / images.size
        yield f"{name}, each", 8 * sum(len(compress(one)) for one in content) / images.size
    for name in PICTURES:
        yield f"{name}, one file", 8 * picture(mosaic(images), name) / images.size
        yield f"{name}, each", 8 * sum(picture(one, name) for one in images) / images.size


def _bytes(images: Pixels) -> bytes:
    return (np.packbits(images) if images.dtype == np.bool_ else images).tobytes()


def picture(pixels: Pixels, kind: str) -> int:
    """Return the bytes of a file of a picture."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **PICTURES[kind])
    return file.tell()


def mosaic(images: Pixels) -> Pixels:
    """Return the images side by side, as many in a row as there are rows, or one more; the rest is 0."""
    n, h, w = images.shape
    columns = ceil(sqrt(n))
    rows = ceil(n / columns)
    full = np.zeros((rows * columns, h, w), images.dtype)
    full[:n] = images
    return full.reshape(rows, columns, h, w).swapaxes(1, 2).reshape(rows * h, columns * w)
