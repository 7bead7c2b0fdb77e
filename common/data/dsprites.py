"""dSprites: the original images of the grid of factors that ``sprites`` follows."""

import zipfile
from pathlib import Path

import numpy as np
from jaxtyping import Int, UInt8
from numpy.lib import format as npy

from common.data.checksum import content_checksum
from common.data.damaged import damaged, reading
from common.data.dataset import Dataset, Split
from common.data.description import Description, Likelihood
from common.data.factors import N_IMAGES, N_TEST, factors_of, grid_split
from common.data.lazy import LazyArray
from common.data.remote import RemoteFile, obtain

SIDE = 64

DESCRIPTION = Description(
    name="dsprites",
    title="dSprites",
    what="737,280 binary images of a square, an ellipse or a heart with known factors; 380 MB of memory",
    image_shape=(1, SIDE, SIDE),
    counts={"train": N_IMAGES - N_TEST, "test": N_TEST},
    licence="zlib/libpng (Apache 2.0 for the repository)",
    source="Matthey, Higgins, Hassabis & Lerchner 2017, dSprites",
    needs_download=True,
    likelihood=Likelihood.BINARY,
)

_NAME = "dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz"

# Only the home is known: one repository under two addresses. Its authors publish no checksum; this MD5 is
# the one that several independent projects check the file against. The grid of factors is verified too.
FILE = RemoteFile(
    "dsprites",
    _NAME,
    (
        f"https://github.com/google-deepmind/dsprites-dataset/raw/master/{_NAME}",
        f"https://raw.githubusercontent.com/google-deepmind/dsprites-dataset/master/{_NAME}",
    ),
    "md5:7da33b31b13a06f4b04a70402ce90c2e",
)

_IMAGES_AT_ONCE = 8192


def load(cache: Path) -> Dataset:
    """Return dSprites, held in memory as one bit per pixel and unpacked when asked for.

    The split is that of ``sprites``: the last tenth of one fixed permutation is for testing.
    """
    packed = read_packed(obtain(FILE, cache), N_IMAGES)
    train, test = grid_split()
    checksum = content_checksum({"packed": packed, "train": train, "test": test})
    return Dataset("dsprites", _split(packed, train), _split(packed, test), None, checksum)


def read_packed(path: Path, n: int) -> UInt8[np.ndarray, "n 512"]:
    """Return the images at one bit per pixel; the 3 GB of the unpacked array are never held at once.

    Only ``imgs`` and ``latents_classes`` are read; the archive also has a pickled entry, which is not.

    Raises
    ------
    OperationFailed
        If the file is cut off or is not dSprites: wrong shapes, pixels other than 0 and 1, or factors in
        another order than that of the grid.
    """
    with reading(path), zipfile.ZipFile(path) as archive:
        with archive.open("latents_classes.npy") as file:
            classes = npy.read_array(file, allow_pickle=False)
        if not np.array_equal(classes, factors_of(np.arange(n))):
            raise damaged(path, "its factors are not those of the grid, in its order")
        return _pack(path, archive, n)


def _pack(path: Path, archive: zipfile.ZipFile, n: int) -> np.ndarray:
    packed = np.empty((n, SIDE * SIDE // 8), np.uint8)
    with archive.open("imgs.npy") as file:
        version = npy.read_magic(file)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, by_columns, dtype = read_header(file)
        if shape != (n, SIDE, SIDE) or dtype != np.uint8 or by_columns:
            raise damaged(path, f"its images have shape {shape} and dtype {dtype}, or lie column by column")
        for start in range(0, n, _IMAGES_AT_ONCE):
            count = min(_IMAGES_AT_ONCE, n - start)
            pixels = np.frombuffer(file.read(count * SIDE * SIDE), np.uint8)
            if pixels.size != count * SIDE * SIDE:
                raise damaged(path, "its images are cut off")
            if pixels.max() > 1:
                raise damaged(path, "it holds pixels other than 0 and 1")
            packed[start : start + count] = np.packbits(pixels.reshape(count, -1), axis=1)
    return packed


def _split(packed: np.ndarray, numbers: np.ndarray) -> Split:
    def unpack(chosen: Int[np.ndarray, " k"]) -> UInt8[np.ndarray, "k 1 64 64"]:
        return np.unpackbits(packed[chosen], axis=1).reshape(-1, 1, SIDE, SIDE) * np.uint8(255)

    images = LazyArray(numbers, unpack, (1, SIDE, SIDE), np.dtype(np.uint8))
    return Split(images, factors=LazyArray(numbers, factors_of, (6,), np.dtype(np.int64)))
