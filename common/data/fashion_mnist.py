"""Fashion-MNIST: clothes in the format of MNIST."""

from pathlib import Path

from common.data.dataset import Dataset
from common.data.description import Description, Likelihood
from common.data.idx_dataset import idx_dataset, idx_files

DESCRIPTION = Description(
    name="fashion_mnist",
    title="Fashion-MNIST",
    what="ten kinds of clothes and shoes, grey; harder than MNIST in the same format",
    image_shape=(1, 28, 28),
    counts={"train": 60_000, "test": 10_000},
    licence="MIT",
    source="Xiao, Rasul & Vollgraf 2017, Fashion-MNIST (Zalando SE)",
    needs_download=True,
    likelihood=Likelihood.REBINARIZED,
)

CLASS_NAMES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)

MIRRORS = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)

SHA256 = {
    "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}
"""As in the checksums of TensorFlow Datasets."""

UNPACKED_SHA256 = (
    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
)
"""The same files without gzip, in the same order."""

FILES = idx_files("fashion-mnist", "FashionMNIST/raw", MIRRORS, SHA256, UNPACKED_SHA256)


def load(cache: Path) -> Dataset:
    """Return Fashion-MNIST, labels 0..9 as in ``CLASS_NAMES``."""
    return idx_dataset("fashion_mnist", FILES, cache)
