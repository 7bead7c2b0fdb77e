"""Arrays whose rows are computed when they are asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int, Shaped


@dataclass(frozen=True, eq=False)
class LazyArray:
    """An array of which only the row numbers are held; row ``i`` is ``rows(numbers[i])``.

    It has the part of NumPy's interface that batches need: ``len``, ``shape``, ``dtype`` and indexing
    of the first axis by a whole number, a slice or an array of whole numbers, which returns a NumPy array.
    """

    numbers: Int[np.ndarray, " n"]
    rows: Callable[[Int[np.ndarray, " k"]], Shaped[np.ndarray, "k *row"]]
    row_shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the whole array would have."""
        return (len(self), *self.row_shape)

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, key: Any) -> np.ndarray:
        chosen = np.asarray(self.numbers[key])
        computed = self.rows(np.atleast_1d(chosen))
        return computed[0] if chosen.ndim == 0 else computed

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype=dtype)

    def select(self, key: Any) -> "LazyArray":
        """Return the chosen rows, still not computed."""
        return LazyArray(self.numbers[key], self.rows, self.row_shape, self.dtype)
