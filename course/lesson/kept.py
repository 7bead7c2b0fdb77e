"""Arrays that take minutes to make, and come with the course."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors import numpy as safetensors

from common.files import atomic_write

FOLDER = Path(__file__).parent / "arrays"


def kept(name: str, make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return what ``make`` returned when ``NAME.safetensors`` was written; without that file, make and write it.

    To make the arrays again, remove the file that `file_of` names.
    """
    path = file_of(name)
    if not path.exists():
        keep(name, make())
    return safetensors.load_file(path)


def keep(name: str, arrays: dict[str, np.ndarray]) -> Path:
    """Write arrays as ``NAME.safetensors``, and return the file."""
    content = safetensors.save({key: np.ascontiguousarray(value) for key, value in arrays.items()})
    with atomic_write(file_of(name)) as temporary:
        temporary.write_bytes(content)
    return file_of(name)


def file_of(name: str) -> Path:
    """Return where the arrays of this name lie."""
    return FOLDER / f"{name}.safetensors"
