"""MNIST, the original four files."""

from pathlib import Path

from common.data.dataset import Dataset
from common.data.description import Description, Likelihood
from common.data.idx_dataset import idx_dataset, idx_files

DESCRIPTION = Description(
    name="mnist",
    title="MNIST",
    what="handwritten digits, grey, the yardstick of the field",
    image_shape=(1, 28, 28),
    counts={"train": 60_000, "test": 10_000},
    licence="CC BY-SA 3.0",
    source="LeCun, Cortes & Burges 1998, The MNIST database of handwritten digits",
    needs_download=True,
    likelihood=Likelihood.REBINARIZED,
)

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

SHA256 = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
"""As in the checksums of TensorFlow Datasets."""

UNPACKED_SHA256 = (
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
)
"""The same files without gzip, in the same order."""

FILES = idx_files("mnist", "MNIST/raw", MIRRORS, SHA256, UNPACKED_SHA256)


def load(cache: Path) -> Dataset:
    """Return MNIST, labels 0..9; the last 10,000 training images are often held out for validation."""
    return idx_dataset("mnist", FILES, cache)
