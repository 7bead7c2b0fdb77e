"""Data sets by name: ``load("digits")`` needs nothing else, ``load("mnist")`` downloads once.

A downloaded set is looked for in the folder named by the environment variable ``VAE_DATA``, then in the
cache (``VAE_CACHE``, or the user's cache folder), and only then on its public mirrors. Pictures of one's own
that were imported are found by their name too. All images are uint8 levels of shape (n, channels, height,
width). Checksums are verified each time; nothing is unpickled.
"""

from pathlib import Path

from common.data import (
    binarized_mnist,
    digits,
    dsprites,
    fashion_mnist,
    frey_face,
    mnist,
    omniglot,
    own,
    photographs,
    pneumonia_mnist,
    sprites,
)
from common.data.dataset import Dataset, Images, Split
from common.data.description import Description, Likelihood
from common.data.lazy import LazyArray
from common.data.remote import cache_folder, known_cache
from common.unknown import unknown

__all__ = [
    "DATASETS",
    "Dataset",
    "Description",
    "Images",
    "LazyArray",
    "Likelihood",
    "Split",
    "describe",
    "load",
    "names",
]

_MODULES = (
    digits,
    sprites,
    mnist,
    fashion_mnist,
    binarized_mnist,
    omniglot,
    frey_face,
    dsprites,
    photographs,
    pneumonia_mnist,
)
_LOADERS = {module.DESCRIPTION.name: module.load for module in _MODULES}

DATASETS: dict[str, Description] = {module.DESCRIPTION.name: module.DESCRIPTION for module in _MODULES}
"""What the course brings, by name; the first is the default everywhere."""


def load(name: str, *, cache: str | Path | None = None) -> Dataset:
    """Return the data set of this name, downloading it on first use where that is needed.

    Parameters
    ----------
    name
        A key of ``DATASETS``, or the name of imported pictures.
    cache
        Folder for downloads; by default the one named by ``VAE_CACHE``, or else the user's cache folder.

    Raises
    ------
    InvalidArgument
        If there is no such data set; the message lists them and names the nearest.
    OperationFailed
        If the files cannot be had: no network, a damaged file, a folder that cannot be written.
    """
    if name in _LOADERS:
        return _LOADERS[name](cache_folder(cache) if DATASETS[name].needs_download else Path())
    return own.load(_own_file(name, cache))


def describe(name: str, *, cache: str | Path | None = None) -> Description:
    """Return what is known of the data set of this name, without loading it.

    Raises
    ------
    InvalidArgument
        If there is no such data set.
    OperationFailed
        If it is one of the user's own, and its file is damaged.
    """
    return DATASETS[name] if name in DATASETS else own.describe(_own_file(name, cache))


def names(*, cache: str | Path | None = None) -> list[str]:
    """Return the names of all data sets, those of the user's own last."""
    return [*DATASETS, *own.names(known_cache(cache))]


def _own_file(name: str, cache: str | Path | None) -> Path:
    path = own.find(name, known_cache(cache))
    if path is None:
        raise unknown("name", name, names(cache=cache))
    return path
