"""A folder of pictures, read into arrays; what cannot be used is left out, and said."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int64, UInt8

from common.data.picture_file import Size, picture_size, read_picture
from common.errors import InvalidArgument, OperationFailed

USUAL_SIDES = (28, 64)
"""The smallest and the largest side where none is asked for."""
STEP = 4
"""Sides of a size that is chosen here are multiples of this, as the convolutions need them."""
LARGEST_SIDE = 256


@dataclass(frozen=True, eq=False)
class Pictures:
    """What a folder held.

    Attributes
    ----------
    images
        Grey levels, or red, green and blue.
    classes
        The sub-folder of each image; None where an image lies in none.
    refused
        What was left out and why, by the file's name below the folder.
    """

    images: UInt8[np.ndarray, "n channels height width"]
    classes: tuple[str, ...] | None
    refused: dict[str, str]


def read_folder(folder: Path, size: Size | None = None, *, grey: bool = True) -> Pictures:
    """Read all pictures below a folder, in the order of their names.

    Parameters
    ----------
    size
        Height and width of the images; by default `fitting_size`.

    Raises
    ------
    InvalidArgument
        If there is no such folder.
    """
    _require_folder(folder)
    refused: dict[str, str] = {}
    sizes = dict(_usable(_files_below(folder, refused), folder, refused, picture_size))
    wanted = size or fitting_size(set(sizes.values()))
    images = dict(_usable(sizes, folder, refused, lambda path: read_picture(path, wanted, grey=grey)))
    shape = (0, 1 if grey else 3, *wanted)
    stacked = np.stack(list(images.values())) if images else np.zeros(shape, np.uint8)
    return Pictures(stacked, _classes(images, folder), dict(sorted(refused.items())))


def fitting_size(sizes: set[Size]) -> Size:
    """Return the size for pictures of these sizes, where none is asked for.

    If all have the same size, of sides up to 64, they keep it. Otherwise it is the largest square that fits into
    every picture of at least 28x28, with a side that is a multiple of 4 and at most 64.
    """
    least, most = USUAL_SIDES
    only = next(iter(sizes)) if len(sizes) == 1 else None
    if only is not None and max(only) <= most:
        return only
    sides = [min(size) for size in sizes if min(size) >= least]
    side = min([most, *sides]) // STEP * STEP
    return side, side


def size_from(text: str) -> Size:
    """Read a height and a width, such as 64x48.

    Raises
    ------
    InvalidArgument
        If the text is anything else, or a side is out of range.
    """
    found = re.fullmatch(r"(\d{1,4})x(\d{1,4})", text)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(1 <= side <= LARGEST_SIDE for side in size):
        expected = f"HEIGHTxWIDTH in pixels, each from 1 to {LARGEST_SIDE}"
        raise InvalidArgument("size", repr(text), expected, "For example 64x64.")
    return size


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        what = "a file" if folder.exists() else "which is not there"
        raise InvalidArgument("folder", f"{folder}, {what}", "a folder with PNG or JPEG files")


def class_numbers(classes: tuple[str, ...]) -> tuple[tuple[str, ...], Int64[np.ndarray, " n"]]:
    """Return the names of the classes in order, and the number of each image's class."""
    names, numbers = np.unique(np.array(classes), return_inverse=True)
    return tuple(map(str, names)), numbers.astype(np.int64)


def _files_below(folder: Path, refused: dict[str, str]) -> list[Path]:
    """Return the files below a folder in the order of their names, without hidden ones; note closed folders."""

    def note(error: OSError) -> None:
        refused[_name(Path(error.filename), folder)] = f"a folder that cannot be read: {error.strerror}"

    found = []
    for place, folders, files in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in files if not name.startswith(".")]
    return sorted(found, key=lambda path: path.relative_to(folder).parts)


def _usable(
    paths: Iterable[Path], folder: Path, refused: dict[str, str], read: Callable[[Path], Any]
) -> Iterator[tuple[Path, Any]]:
    """Yield each path with what could be read of it; note the others."""
    for path in paths:
        try:
            yield path, read(path)
        except OperationFailed as error:
            refused[_name(path, folder)] = str(error)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _classes(paths: Iterable[Path], folder: Path) -> tuple[str, ...] | None:
    """Return the first folder on the way to each file, if all have one."""
    ways = [path.relative_to(folder).parts for path in paths]
    if not ways or any(len(way) == 1 for way in ways):
        return None
    return tuple(way[0] for way in ways)
