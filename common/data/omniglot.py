"""Omniglot: 1,623 characters of 50 alphabets, each drawn by 20 people, brought to 28x28."""

import hashlib
import io
import re
import zipfile
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int64, UInt8

from common.data.checksum import content_checksum
from common.data.damaged import damaged, reading
from common.data.dataset import Dataset, Split
from common.data.description import Description, Likelihood
from common.data.npz import read_npz
from common.data.remote import obtain, on_mirrors

N_BACKGROUND = 964
N_EVALUATION = 659
DRAWINGS = 20
FULL_SIDE = 105
SIDE = 28

DESCRIPTION = Description(
    name="omniglot",
    title="Omniglot",
    what="1,623 characters of 50 alphabets, 20 drawings each; test has 20 alphabets that training has not",
    image_shape=(1, SIDE, SIDE),
    counts={"train": N_BACKGROUND * DRAWINGS, "test": N_EVALUATION * DRAWINGS},
    licence="MIT",
    source="Lake, Salakhutdinov & Tenenbaum 2015; not the 24,345 / 8,070 images of Burda et al. 2015",
    needs_download=True,
    likelihood=Likelihood.REBINARIZED,
)

# Only the home is known: one repository under two addresses.
MIRRORS = (
    "https://github.com/brendenlake/omniglot/raw/master/python/",
    "https://raw.githubusercontent.com/brendenlake/omniglot/master/python/",
)

SHA256 = {
    "images_background.zip": "ad41ab679c8b5d90b271ef46be6987cc81211774a695c29dcc5367b2b26ee640",
    "images_evaluation.zip": "1f61a8f3366785b057fc117d9228e78a16e3d976c8953b2a10fcc74cf0609cee",
}
"""As in the checksums of TensorFlow Datasets."""

FOLDER = "omniglot"

ARCHIVES = {
    "images_background.npz": "8bf84167413cd00beacdce3fe582f780ab538d8dbef043a6d688f2527bbce199",
    "images_evaluation.npz": "0b84c7ffd94c4841c0040e529c86a82eaaccb986d8eadad5673f7991b7475276",
}
"""The same content in other files, which a folder named by VAE_DATA may hold instead."""

FILES = tuple(
    on_mirrors(FOLDER, MIRRORS, name, sha256, {f"{FOLDER}/{archive}": ARCHIVES[archive]})
    for (name, sha256), archive in zip(SHA256.items(), ARCHIVES, strict=True)
)

_CHARACTERS_AT_ONCE = 50
_DRAWING_BYTES = 2**14
_DRAWING = re.compile(r"images_\w+/[^/]+/character\d+/\d+_\d+\.png")


def load(cache: Path) -> Dataset:
    """Return Omniglot with ink = 255; labels number the characters, test from 964 to 1,622.

    Training is the "background" and test the "evaluation" set of the source: no alphabet is in both.
    Characters come in the order of ``canonical_order``, which says nothing about alphabets.
    """
    papers = [_paper(obtain(file, cache)) for file in FILES]
    train, test = (canonical_order(shrink(paper)).reshape(-1, 1, SIDE, SIDE) for paper in papers)
    train_labels = _labels(0, len(papers[0]))
    test_labels = _labels(len(papers[0]), len(papers[1]))
    checksum = content_checksum({"train": train, "test": test})
    return Dataset("omniglot", Split(train, train_labels), Split(test, test_labels), None, checksum)


def shrink(
    paper: Bool[np.ndarray, "characters drawings 105 105"],
) -> UInt8[np.ndarray, "characters drawings 28 28"]:
    """Bring drawings (True = white paper) to 28x28 by averaging over areas; grey level 255 = all ink.

    A pixel of the result covers 3.75 x 3.75 pixels, that is 15 x 15 quarters of pixels. Counting ink in
    quarters keeps everything in whole numbers, so that the result is the same on every machine.
    """
    quarters = np.repeat(np.eye(SIDE, dtype=np.float32), 15, axis=1).reshape(SIDE, FULL_SIDE, 4).sum(axis=2)
    small = np.empty((*paper.shape[:2], SIDE, SIDE), np.uint8)
    for start in range(0, len(paper), _CHARACTERS_AT_ONCE):
        part = slice(start, start + _CHARACTERS_AT_ONCE)
        count = quarters @ (~paper[part]).astype(np.float32) @ quarters.T
        small[part] = (255 * count.astype(np.int32) + 112) // 225
    return small


def canonical_order(
    small: UInt8[np.ndarray, "characters drawings 28 28"],
) -> UInt8[np.ndarray, "characters drawings 28 28"]:
    """Sort drawings within a character, and characters, by the SHA-256 of their pixels.

    The source has no order of its own (folders in an archive), and results depend on the order of the
    training images; sorted in this way they are the same from every source, and well mixed.
    """
    keys = [[hashlib.sha256(drawing.tobytes()).digest() for drawing in character] for character in small]
    within = np.array([sorted(range(len(row)), key=row.__getitem__) for row in keys])
    mixed = np.take_along_axis(small, within[..., None, None], axis=1)
    smallest = [min(row) for row in keys]
    return mixed[sorted(range(len(keys)), key=smallest.__getitem__)]


def read_zip(path: Path) -> Bool[np.ndarray, "characters 20 105 105"]:
    """Return the drawings in one of the archives of the source, one character after the other.

    Raises
    ------
    OperationFailed
        If the file is no zip file or does not hold 20 drawings of 105x105 pixels for each character.
    """
    with reading(path), zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if _DRAWING.fullmatch(name))
        drawings = [_read_drawing(archive, name) for name in names]
    if not drawings or len(drawings) % DRAWINGS or any(d.shape != (FULL_SIDE, FULL_SIDE) for d in drawings):
        raise damaged(path, f"it does not hold {DRAWINGS} drawings of 105x105 pixels for each character")
    return np.stack(drawings).reshape(-1, DRAWINGS, FULL_SIDE, FULL_SIDE)


def _read_drawing(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    from matplotlib.image import imread

    if archive.getinfo(name).file_size > _DRAWING_BYTES:
        raise ValueError(f"{name} is too large")
    return imread(io.BytesIO(archive.read(name)), format="png") > 0.5


def _paper(path: Path) -> np.ndarray:
    return read_npz(path, ("images",))[0] if path.name in ARCHIVES else read_zip(path)


def _labels(first: int, characters: int) -> Int64[np.ndarray, " n"]:
    return np.repeat(np.arange(first, first + characters, dtype=np.int64), DRAWINGS)
