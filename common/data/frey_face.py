"""Frey Face: one man's face, 1,965 frames of a short film."""

from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from common.data.checksum import content_checksum
from common.data.dataset import Dataset, Split
from common.data.description import Description, Likelihood
from common.data.remote import RemoteFile, find_in_data_folder, obtain
from common.errors import OperationFailed

N_FRAMES = 1965
N_TEST = 200
HEIGHT, WIDTH = 28, 20

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
    """Return the frames in ``frey_rawface.mat``, whose variable ``ff`` has one frame in each column.

    Raises
    ------
    OperationFailed
        If the file is no MATLAB file, lacks ``ff``, or holds other frames than those expected.
    """
    from scipy.io import loadmat

    try:
        frames = loadmat(str(path), variable_names=["ff"])["ff"].T
    except Exception as error:  # loadmat documents no list of what a damaged file can raise
        raise OperationFailed(f"{path} is not a MATLAB file with frames ({error}).") from error
    frames = np.ascontiguousarray(frames)
    if frames.dtype != np.uint8 or frames.shape != (N_FRAMES, HEIGHT * WIDTH):
        what = f"{path} holds {frames.shape} values of {frames.dtype}, not {N_FRAMES} frames of 560 bytes."
        raise OperationFailed(what)
    if frames_sha256(frames) != FRAMES_SHA256:
        raise OperationFailed(f"{path} holds other frames than those of Frey Face.")
    return frames


def frames_sha256(frames: UInt8[np.ndarray, "n pixels"]) -> str:
    """Return the SHA-256 of the frames' bytes in hexadecimal."""
    import hashlib

    return hashlib.sha256(np.ascontiguousarray(frames).data).hexdigest()


FOLDER = "freyface"

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
)

ARRAY = "frey_faces.npy"
ARRAY_SHA256 = "13a0cd943fe56c8a2f4c05bc670b097ae2fda4f9d3a0d5215277712ac02f12e6"
"""The same frames in another file, which a folder named by VAE_DATA may hold instead."""


def load(cache: Path) -> Dataset:
    """Return the frames, grey levels 8..238, no labels.

    The source has no split. Here the last 200 frames are for testing: neighbouring frames are much alike,
    so a shuffled split would nearly test on what was trained on.
    """
    array = find_in_data_folder(FOLDER, ARRAY, ARRAY_SHA256)
    frames = read_mat(obtain(FILE, cache)) if array is None else np.load(array, allow_pickle=False)
    images = frames.reshape(N_FRAMES, 1, HEIGHT, WIDTH)
    checksum = content_checksum({"images": images})
    return Dataset("frey_face", Split(images[:-N_TEST]), Split(images[-N_TEST:]), None, checksum)
