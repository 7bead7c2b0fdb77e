"""MNIST's files are taken as they lie: packed or not, in a folder of the course's or of torchvision's."""

import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from common.data import mnist
from common.data.idx_dataset import idx_dataset, idx_files
from course.running import presence

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
ARRAYS = [
    np.arange(n * size, dtype=np.uint8).reshape(n, *((2, 3) if size == 6 else ())) for n in (4, 3) for size in (6, 1)
]
PLAIN = [struct.pack(f">BBBB{a.ndim}I", 0, 0, 8, a.ndim, *a.shape) + a.tobytes() for a in ARRAYS]
PACKED = [gzip.compress(content, mtime=0) for content in PLAIN]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


FILES = idx_files(
    "mnist",
    "MNIST/raw",
    (),
    {f"{name}.gz": sha256(content) for name, content in zip(NAMES, PACKED, strict=True)},
    [sha256(content) for content in PLAIN],
)


@pytest.mark.parametrize("folder", ["mnist", "MNIST/raw"])
@pytest.mark.parametrize(("ending", "contents"), [("", PLAIN), (".gz", PACKED)])
def test_files_are_read_and_said_to_be_there_wherever_they_lie(tmp_path, monkeypatch, folder, ending, contents):
    monkeypatch.setenv("VAE_DATA", str(tmp_path))
    monkeypatch.setenv("VAE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(mnist, "FILES", FILES)
    place = tmp_path / folder
    place.mkdir(parents=True)
    for name, content in zip(NAMES, contents, strict=True):
        assert presence.presence("mnist") == "to download"
        Path(place, name + ending).write_bytes(content)
    assert presence.presence("mnist") == f"in {place}"
    dataset = idx_dataset("mnist", FILES, tmp_path / "cache")
    np.testing.assert_array_equal(dataset.train.images[:, 0], ARRAYS[0])
    np.testing.assert_array_equal(dataset.test.labels, ARRAYS[3])
