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
        arrays = {key: np.ascontiguousarray(value) for key, value in make().items()}
        with atomic_write(path) as temporary:
            temporary.write_bytes(safetensors.save(arrays))
    return safetensors.load_file(path)


def file_of(name: str) -> Path:
    """Return where the arrays of this name lie."""
    return FOLDER / f"{name}.safetensors"
