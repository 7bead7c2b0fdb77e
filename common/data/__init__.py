"""Data sets by name: ``load("digits")`` needs nothing else, ``load("mnist")`` downloads once.

A downloaded set is looked for in the folder named by the environment variable ``VAE_DATA``, then in the
cache (``VAE_CACHE``, or the user's cache folder), and only then on its public mirrors. All images are uint8
grey levels of shape (n, channels, height, width). Checksums are verified each time; nothing is unpickled.
"""

from difflib import get_close_matches
from pathlib import Path

from common.data import (
    binarized_mnist,
    digits,
    dsprites,
    fashion_mnist,
    frey_face,
    mnist,
    omniglot,
    sprites,
)
from common.data.dataset import Dataset, Images, Split
from common.data.description import Description
from common.data.lazy import LazyArray
from common.data.remote import cache_folder
from common.errors import InvalidArgument

__all__ = ["DATASETS", "Dataset", "Description", "Images", "LazyArray", "Split", "load"]

_MODULES = (digits, sprites, mnist, fashion_mnist, binarized_mnist, omniglot, frey_face, dsprites)
_LOADERS = {module.DESCRIPTION.name: module.load for module in _MODULES}

DATASETS: dict[str, Description] = {module.DESCRIPTION.name: module.DESCRIPTION for module in _MODULES}
"""What there is, by name; the first is the default everywhere."""


def load(name: str, *, cache: str | Path | None = None) -> Dataset:
    """Return the data set of this name, downloading it on first use where that is needed.

    Parameters
    ----------
    name
        A key of ``DATASETS``.
    cache
        Folder for downloads; by default the one named by ``VAE_CACHE``, or else the user's cache folder.

    Raises
    ------
    InvalidArgument
        If there is no such data set; the message lists them and names the nearest.
    OperationFailed
        If the files cannot be had: no network, a damaged file, a folder that cannot be written.
    """
    if name not in _LOADERS:
        near = get_close_matches(str(name).lower().replace("-", "_"), _LOADERS, n=1, cutoff=0.5)
        remedy = f"Did you mean {near[0]!r}?" if near else ""
        raise InvalidArgument("name", repr(name), f"one of {', '.join(_LOADERS)}", remedy)
    return _LOADERS[name](cache_folder(cache))
