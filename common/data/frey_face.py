"""Frey Face: one man's face, 1,965 frames of a short film."""

import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from common.data.checksum import content_checksum
from common.data.damaged import UNPACKED_BYTES, damaged, reading
from common.data.dataset import Dataset, Split
from common.data.description import Description, Likelihood
from common.data.remote import RemoteFile, obtain

N_FRAMES = 1965
N_TEST = 200
HEIGHT, WIDTH = 28, 20
PIXELS = HEIGHT * WIDTH

_HEADER, _UINT8, _COMPRESSED = 128, 2, 15
"""Of MATLAB's format, version 5: the bytes before the first variable, and two kinds of elements."""

DESCRIPTION = Description(
    name="frey_face",
    title="Frey Face",
    what="1,965 frames of a film of one face, grey; small and smooth",
    image_shape=(1, HEIGHT, WIDTH),
    counts={"train": N_FRAMES - N_TEST, "test": N_TEST},
    licence="not stated by the source",
    source="Brendan Frey, from the data page of Sam Roweis; used in Kingma & Welling 2013",
    needs_download=True,
    likelihood=Likelihood.DEQUANTIZED,
)

FRAMES_SHA256 = "2438ba4f0d2a6bd8bac43de756141eaa33c8d248dd613d464bdb1210d9b7af78"
"""SHA-256 of the 1,965 x 560 bytes, frame by frame and row by row; for the file itself none is published."""


def read_mat(path: Path) -> UInt8[np.ndarray, "1965 560"]:
    """Return the frames in ``frey_rawface.mat``, whose one variable has a frame in each column.

    MATLAB writes columns one after the other, so the frames are a single stretch of bytes, which the checksum knows.
    SciPy's reader is not needed for that, and a damaged file can crash it together with the process.

    Raises
    ------
    OperationFailed
        If they are not in the file.
    """
    with reading(path), path.open("rb") as file:
        content = _unpacked(file.read(UNPACKED_BYTES))
    tags = [struct.pack(order, _UINT8, N_FRAMES * PIXELS) for order in ("<II", ">II")]
    starts = [content.find(tag) + len(tag) for tag in tags if tag in content]
    for start in (*starts, max(0, len(content) - N_FRAMES * PIXELS)):
        frames = np.frombuffer(content[start : start + N_FRAMES * PIXELS], np.uint8)
        if hashlib.sha256(frames.data).hexdigest() == FRAMES_SHA256:
            return frames.reshape(N_FRAMES, PIXELS)
    raise damaged(path, "the frames of Frey Face are not in it")


def _unpacked(content: bytes) -> bytes:
    """Return a MATLAB file without the compression of its first variable, if it has one; at most twice the frames."""
    kind, size = struct.unpack_from("<II", content, _HEADER) if len(content) > _HEADER + 8 else (0, 0)
    if kind != _COMPRESSED:
        return content
    packed = content[_HEADER + 8 : _HEADER + 8 + size]
    return zlib.decompressobj().decompress(packed, 2 * N_FRAMES * PIXELS)


FOLDER = "freyface"

ARRAY = "frey_faces.npy"
ARRAY_SHA256 = "13a0cd943fe56c8a2f4c05bc670b097ae2fda4f9d3a0d5215277712ac02f12e6"
"""The same frames in another file, which a folder named by VAE_DATA may hold instead."""

# Only the home is known, and it has refused visitors at times (HTTP 403); the last address is the
# Internet Archive's copy of the same file. Whatever arrives is checked frame by frame.
FILE = RemoteFile(
    FOLDER,
    "frey_rawface.mat",
    (
        "https://cs.nyu.edu/~roweis/data/frey_rawface.mat",
        "https://web.archive.org/web/2016id_/http://www.cs.nyu.edu/~roweis/data/frey_rawface.mat",
    ),
    check=read_mat,
    instead={f"{FOLDER}/{ARRAY}": f"sha256:{ARRAY_SHA256}"},
)


def load(cache: Path) -> Dataset:
    """Return the frames, grey levels 8..238, no labels.

    The source has no split. Here the last 200 frames are for testing: neighbouring frames are much alike,
    so a shuffled split would nearly test on what was trained on.
    """
    path = obtain(FILE, cache)
    frames = np.load(path, allow_pickle=False) if path.name == ARRAY else read_mat(path)
    images = frames.reshape(N_FRAMES, 1, HEIGHT, WIDTH)
    checksum = content_checksum({"images": images})
    return Dataset("frey_face", Split(images[:-N_TEST]), Split(images[-N_TEST:]), None, checksum)
