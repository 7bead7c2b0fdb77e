"""What every data set looks like, once it is loaded."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int64, UInt8

from common.data.lazy import LazyArray
from common.errors import InvalidArgument

Images = UInt8[np.ndarray, "n channels height width"] | LazyArray
"""Grey levels, 0 to 255: in memory, or rendered and unpacked batch by batch."""


@dataclass(frozen=True, eq=False)
class Split:
    """A part of a data set.

    Attributes
    ----------
    images
        Grey levels, 0 = background to 255 = full ink; a ``LazyArray`` where the images are rendered or
        unpacked batch by batch.
    labels
        One class number per image, or None where the set has none.
    factors
        Class numbers of the six generating factors, in the order of ``common.data.factors``; None where
        the images were not generated from factors.

    Raises
    ------
    InvalidArgument
        If there are not as many labels or factors as images.
    """

    images: Images
    labels: Int64[np.ndarray, " _n"] | None = None
    factors: Int64[np.ndarray, "_n 6"] | LazyArray | None = None

    def __post_init__(self) -> None:
        for name, values in (("labels", self.labels), ("factors", self.factors)):
            if values is not None and len(values) != len(self.images):
                raise InvalidArgument(name, f"{len(values)} rows", f"{len(self.images)}, one per image")

    def __len__(self) -> int:
        return len(self.images)

    def take(self, indices: np.ndarray) -> "Split":
        """Return the images with these indices, in their order; what is lazy stays lazy.

        Raises
        ------
        InvalidArgument
            If an index is not a whole number from 0 to ``len(self) - 1``.
        """
        indices = np.asarray(indices)
        if indices.ndim != 1 or not np.issubdtype(indices.dtype, np.integer):
            given = f"shape {indices.shape} and dtype {indices.dtype}"
            raise InvalidArgument("indices", given, "one axis of whole numbers")
        outside = (indices < 0) | (indices >= len(self))
        if outside.any():
            raise InvalidArgument("indices", indices[outside][0], f"numbers from 0 to {len(self) - 1}")
        return self._part(indices)

    def _part(self, key: Any) -> "Split":
        return Split(_rows(self.images, key), _rows(self.labels, key), _rows(self.factors, key))


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set with its fixed split.

    Attributes
    ----------
    name
        The name by which ``common.data.load`` knows it.
    train, test
        The split of the source, or the one stated in the description where the source has none.
    validation
        Only where the source itself sets images aside; otherwise use ``hold_out``.
    checksum
        SHA-256 (hexadecimal) of the content, the same wherever the files came from; stated beside results.
    """

    name: str
    train: Split
    test: Split
    validation: Split | None
    checksum: str

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one image, in pixels."""
        channels, height, width = self.train.images.shape[1:]
        return channels, height, width

    def hold_out(self, n: int) -> tuple[Split, Split]:
        """Split the last ``n`` training images off: the rest for training, those for validation.

        Raises
        ------
        InvalidArgument
            If ``n`` would leave either part empty.
        """
        if not 1 <= n < len(self.train):
            raise InvalidArgument(
                "n",
                n,
                f"a number from 1 to {len(self.train) - 1}",
                f"{self.name} has {len(self.train)} training images, and some must remain for training.",
            )
        return self.train._part(slice(None, -n)), self.train._part(slice(-n, None))


def _rows(values: Any, key: Any) -> Any:
    if values is None:
        return None
    return values.select(key) if isinstance(values, LazyArray) else values[key]
