"""A data set out of four idx files: images and labels for training, images and labels for testing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from common.data.checksum import content_checksum
from common.data.dataset import Dataset, Split
from common.data.idx import read_idx
from common.data.remote import RemoteFile, obtain, on_mirrors


def idx_files(
    folder: str, torchvision: str, mirrors: Sequence[str], packed: Mapping[str, str], unpacked: Sequence[str]
) -> tuple[RemoteFile, ...]:
    """Return files from their SHA-256, packed with gzip and not; torchvision keeps both in a folder of its own."""
    files = []
    for (name, sha256), plain_sha256 in zip(packed.items(), unpacked, strict=True):
        plain = name.removesuffix(".gz")
        instead = {
            f"{folder}/{plain}": plain_sha256,
            f"{torchvision}/{plain}": plain_sha256,
            f"{torchvision}/{name}": sha256,
        }
        files.append(on_mirrors(folder, mirrors, name, sha256, instead))
    return tuple(files)


def idx_dataset(name: str, files: tuple[RemoteFile, ...], cache: Path) -> Dataset:
    """Return the data set of four files in the order training images and labels, test images and labels."""
    arrays = [read_idx(obtain(file, cache)) for file in files]
    train_images, test_images = arrays[0][:, None], arrays[2][:, None]
    train_labels, test_labels = arrays[1].astype(np.int64), arrays[3].astype(np.int64)
    checksum = content_checksum(
        {
            "train.images": train_images,
            "train.labels": train_labels,
            "test.images": test_images,
            "test.labels": test_labels,
        }
    )
    return Dataset(name, Split(train_images, train_labels), Split(test_images, test_labels), None, checksum)
