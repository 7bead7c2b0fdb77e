"""MNIST with one fixed binarisation, the file that "static" results are measured on."""

from pathlib import Path

import numpy as np

from common.data.amat import read_amat
from common.data.checksum import content_checksum
from common.data.dataset import Dataset, Split
from common.data.description import Description, Likelihood
from common.data.npz import read_npz
from common.data.remote import obtain, on_mirrors

DESCRIPTION = Description(
    name="binarized_mnist",
    title="Binarized MNIST",
    what="MNIST binarised once and for all; no labels. Not comparable with re-binarised MNIST",
    image_shape=(1, 28, 28),
    counts={"train": 50_000, "validation": 10_000, "test": 10_000},
    licence="not stated; made from MNIST (CC BY-SA 3.0)",
    source="Larochelle & Murray 2011; the draw of Salakhutdinov & Murray 2008",
    needs_download=True,
    likelihood=Likelihood.BINARY,
)

# The home, and a copy in the repository of a paper, at the commit that added the files.
MIRRORS = (
    "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/",
    "https://raw.githubusercontent.com/mingzhang-yin/ARM-gradient/bac893cfcec486bbd00b755b12cf8402053b0e84/",
)

SHA256 = {
    "binarized_mnist_train.amat": "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d",
    "binarized_mnist_valid.amat": "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2",
    "binarized_mnist_test.amat": "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c",
}
"""As in the checksums of TensorFlow Datasets."""

FOLDER = "binarized-mnist"

ARCHIVE = "binarized_mnist.npz"
ARCHIVE_SHA256 = "7a049ae3a0d88e964af4b41bbdb14e4303595e1c5de65f8bd2455cdcebb3514b"
"""The same content in a smaller file, which a folder named by VAE_DATA may hold instead."""

FILES = tuple(
    on_mirrors(FOLDER, MIRRORS, name, sha256, {f"{FOLDER}/{ARCHIVE}": ARCHIVE_SHA256})
    for name, sha256 in SHA256.items()
)


def load(cache: Path) -> Dataset:
    """Return the fixed zeros and ones as grey levels 0 and 255; the order is not that of MNIST."""
    parts = zip(FILES, ("train", "valid", "test"), strict=True)
    binary = [_read(obtain(file, cache), part) for file, part in parts]
    train, validation, test = (pixels.reshape(-1, 1, 28, 28) * np.uint8(255) for pixels in binary)
    checksum = content_checksum({"train": train, "validation": validation, "test": test})
    return Dataset("binarized_mnist", Split(train), Split(test), Split(validation), checksum)


def _read(path: Path, part: str) -> np.ndarray:
    return read_npz(path, (part,))[0] if path.name == ARCHIVE else read_amat(path)
