"""Data sets of one's own: pictures that were imported once, kept under a name in the folder for downloads.

A set is one file, ``own/NAME.npz``: uint8 images, labels where the pictures had some, and the description as JSON.
It is looked for in the folder named by ``VAE_DATA``, then in the cache. What is imported lies in the cache.
"""

import re
from dataclasses import dataclass
from functools import cache as remembered
from pathlib import Path
from typing import Any

import numpy as np

from common.data.binarization import RGB
from common.data.checksum import content_checksum
from common.data.dataset import Dataset, Split
from common.data.description import Description, Likelihood
from common.data.images import require_grey_levels
from common.data.npz import read_npz
from common.data.picture_folder import Pictures, class_numbers
from common.data.remote import data_folder
from common.errors import InvalidArgument, OperationFailed
from common.files import atomic_write
from common.streams import Stream, generator

FOLDER = "own"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""Names that no file can have on Windows."""


@dataclass(frozen=True)
class _About:
    """What the file says of itself: its description, and the checksum of its arrays."""

    description: Description
    checksum: str


def plain_name(text: str) -> str:
    """Return the nearest name that a data set may have: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_").lstrip("0123456789_")[:40]


def require_free_name(name: str, taken: set[str], cache: Path) -> None:
    """Refuse a name that is no name, that of another data set, or already in use.

    Raises
    ------
    InvalidArgument
        Saying which of these it is, and what to do.
    """
    if not NAME.fullmatch(name) or name in RESERVED:
        near = plain_name(name)
        remedy = f"For example --name {near}" if near and near not in RESERVED else "For example --name my_pictures"
        raise InvalidArgument("name", repr(name), "a small letter, then small letters, digits and underscores", remedy)
    if name in taken:
        remedy = f"That is a data set of the course: choose another, such as --name my_{name}"
        raise InvalidArgument("name", repr(name), "a name that is free", remedy)
    path = find(name, cache)
    if path is not None:
        remedy = f"A name stands for the same images for good: choose another with --name, or delete {path} first."
        raise InvalidArgument("name", repr(name), "a name that is free", remedy)


def store(name: str, pictures: Pictures, source: str, share: float, seed: int, cache: Path) -> Description:
    """Split pictures into training and test images, and write them as a data set.

    Parameters
    ----------
    source
        Where the pictures came from, for the list of data sets.
    share
        How much of the pictures is for testing; at least one picture is, and at least one is not.

    Raises
    ------
    InvalidArgument
        If ``share`` is not between 0 and 1.
    OperationFailed
        If there are not two pictures, all are of grey levels 0 and 1, or the file cannot be written; then nothing is.
    """
    if not 0 < share < 1:
        raise InvalidArgument("test", share, "a share between 0 and 1", "For example 0.1.")
    n = len(pictures.images)
    if n < 2:
        usable = "no usable picture" if n == 0 else "only one usable picture"
        raise OperationFailed(f"{source}: {usable}; nothing was written.", "A data set needs two PNG or JPEG files.")
    try:
        require_grey_levels(pictures.images)
    except InvalidArgument as error:
        remedy = "Save them with 255 for white: they would all be black."
        raise OperationFailed(f"{source}: all levels are 0 and 1; nothing was written.", remedy) from error
    arrays, label_names = _arrays(pictures, min(max(1, round(share * n)), n - 1), seed)
    about = _About(_describe(name, arrays, label_names, source), content_checksum(arrays))
    with atomic_write(cache / FOLDER / f"{name}.npz") as temporary, temporary.open("wb") as file:
        content: dict[str, Any] = {"about": np.array(_json().dump_json(about).decode()), **arrays}
        np.savez(file, allow_pickle=False, **content)
    return about.description


def find(name: str, cache: Path | None) -> Path | None:
    """Return the file of a data set of one's own, or None where there is none of this name."""
    if not NAME.fullmatch(name):
        return None
    return next((place / f"{name}.npz" for place in _places(cache) if (place / f"{name}.npz").is_file()), None)


def names(cache: Path | None) -> list[str]:
    """Return the names of all data sets of one's own."""
    return sorted({path.stem for place in _places(cache) for path in place.glob("*.npz") if NAME.fullmatch(path.stem)})


def describe(path: Path) -> Description:
    """Return what is known of a data set of one's own, without its images.

    Raises
    ------
    OperationFailed
        If the file is damaged.
    """
    return _about(path).description


def load(path: Path) -> Dataset:
    """Return a data set of one's own.

    Raises
    ------
    OperationFailed
        If the file is damaged, or its content is not what was imported.
    """
    about = _about(path)
    parts = ("train", "test")
    kinds = ("images", "labels") if about.description.label_names else ("images",)
    arrays_names = tuple(f"{part}_{kind}" for kind in kinds for part in parts)
    arrays = dict(zip(arrays_names, read_npz(path, arrays_names), strict=True))
    if content_checksum(arrays) != about.checksum:
        raise _damaged(path, "its content is not what was imported")
    train, test = (Split(arrays[f"{part}_images"], arrays.get(f"{part}_labels")) for part in parts)
    return Dataset(about.description.name, train, test, None, about.checksum)


def _places(cache: Path | None) -> list[Path]:
    return [place / FOLDER for place in (data_folder(), cache) if place is not None]


def _arrays(pictures: Pictures, n_test: int, seed: int) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Return the arrays of both parts in an order drawn by the seed, the test images first, and names of labels."""
    order = generator(seed, Stream.SPLIT).permutation(len(pictures.images))
    parts = {"train": order[n_test:], "test": order[:n_test]}
    arrays = {f"{part}_images": pictures.images[chosen] for part, chosen in parts.items()}
    if pictures.classes is None:
        return arrays, ()
    label_names, labels = class_numbers(pictures.classes)
    return {**arrays, **{f"{part}_labels": labels[chosen] for part, chosen in parts.items()}}, label_names


def _describe(name: str, arrays: dict[str, np.ndarray], label_names: tuple[str, ...], source: str) -> Description:
    channels, height, width = arrays["train_images"].shape[1:]
    labelled = f", {len(label_names)} {'class' if len(label_names) == 1 else 'classes'}" if label_names else ""
    return Description(
        name=name,
        title=name,
        what=f"pictures of your own, {'colour' if channels == RGB else 'grey'}{labelled}",
        image_shape=(channels, height, width),
        counts={part: len(arrays[f"{part}_images"]) for part in ("train", "test")},
        licence="that of the pictures",
        source=source,
        needs_download=False,
        likelihood=_likelihood([arrays["train_images"], arrays["test_images"]]),
        label_names=label_names,
    )


def _likelihood(parts: list[np.ndarray]) -> Likelihood:
    grey = parts[0].shape[1] != RGB
    binary = grey and all(np.isin(images, (0, 255)).all() for images in parts)
    return Likelihood.BINARY if binary else Likelihood.DEQUANTIZED


@remembered
def _json() -> Any:
    from pydantic import TypeAdapter  # here, since most who load data have none of their own

    return TypeAdapter(_About)


def _about(path: Path) -> _About:
    (text,) = read_npz(path, ("about",))
    try:
        about = _json().validate_json(str(text), extra="forbid")
    except ValueError as error:  # pydantic's errors are of this kind
        raise _damaged(path, "it does not say what it holds") from error
    if about.description.name != path.stem:
        raise _damaged(path, f"it holds the data set {about.description.name}")
    return about


def _damaged(path: Path, why: str) -> OperationFailed:
    return OperationFailed(f"{path} is damaged: {why}.", "Delete it and import the pictures again: vae data import")
