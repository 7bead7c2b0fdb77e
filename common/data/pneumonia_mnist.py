"""PneumoniaMNIST: X-ray images of children's chests, healthy ones and those with pneumonia."""

import hashlib
from pathlib import Path

import numpy as np
from jaxtyping import Int64, UInt8

from common.data.checksum import content_checksum
from common.data.damaged import damaged
from common.data.dataset import Dataset, Split
from common.data.description import Description, Likelihood
from common.data.npz import read_npz
from common.data.remote import RemoteFile, file_hash, obtain

SIDE = 28

DESCRIPTION = Description(
    name="pneumonia_mnist",
    title="PneumoniaMNIST",
    what="X-ray images of children's chests, grey, small; 1,214 of those for training are healthy",
    image_shape=(1, SIDE, SIDE),
    counts={"train": 4708, "validation": 524, "test": 624},
    licence="CC BY 4.0",
    source="Yang et al. 2023, MedMNIST v2",
    needs_download=True,
    likelihood=Likelihood.DEQUANTIZED,
    label_names=("normal", "pneumonia"),
)

FOLDER = "pneumoniamnist"

MD5 = "28209eda62fecd6e6a2d98b1501bb15f"
"""Of the file of MedMNIST v2, as its package states it."""

SHA256 = "735e8bc0db624e9d9509c6b97d47eff6376fc19418840233902c96b6202cdaf7"
"""Of a file put together from copies, which a folder named by VAE_DATA may hold: the same counts in another order.

Whether each pixel is that of the home's file has not been verified.
"""


def check(path: Path) -> None:
    """Verify that this is one of the two files.

    Raises
    ------
    OperationFailed
        If it is not.
    """
    if file_hash(path, "md5") != MD5 and file_hash(path) != SHA256:
        raise damaged(path, "it has the checksum of neither file of PneumoniaMNIST")


FILE = RemoteFile(
    FOLDER, "pneumoniamnist.npz", ("https://zenodo.org/record/6496656/files/pneumoniamnist.npz",), check=check
)


def load(cache: Path) -> Dataset:
    """Return the images; labels are 0 without and 1 with pneumonia.

    Within each part the images come in the order of the SHA-256 of their pixels, whatever the order in the file.
    """
    path = obtain(FILE, cache)
    train, validation, test = (_part(path, name) for name in ("train", "val", "test"))
    checksum = content_checksum({"train": train[0], "validation": validation[0], "test": test[0]})
    return Dataset(DESCRIPTION.name, Split(*train), Split(*test), Split(*validation), checksum)


def _part(path: Path, name: str) -> tuple[UInt8[np.ndarray, "n 1 28 28"], Int64[np.ndarray, " n"]]:
    images, labels = read_npz(path, (f"{name}_images", f"{name}_labels"))
    order = canonical_order(images)
    return images[order, None], labels.reshape(-1)[order].astype(np.int64)


def canonical_order(images: UInt8[np.ndarray, "n 28 28"]) -> np.ndarray:
    """Return the indices that sort images by the SHA-256 of their pixels; equal ones keep their order."""
    keys = [hashlib.sha256(image.tobytes()).digest() for image in images]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__))
