"""The handwritten digits that come with scikit-learn, brought to the size of MNIST."""

from pathlib import Path

import numpy as np
from jaxtyping import Float64, UInt8

from common.data.checksum import content_checksum
from common.data.dataset import Dataset, Split
from common.data.description import Description, Likelihood

N_TRAIN = 1500

DESCRIPTION = Description(
    name="digits",
    title="Handwritten digits",
    what="real digits by several writers, enlarged from 8x8; the default, since it needs no network",
    image_shape=(1, 28, 28),
    counts={"train": N_TRAIN, "test": 297},
    licence="CC BY 4.0",
    source="Alpaydin & Kaynak 1998, Optical Recognition of Handwritten Digits, as shipped by scikit-learn",
    needs_download=False,
    likelihood=Likelihood.REBINARIZED,
)

MARGIN = 4
"""Blank pixels on each side, as in MNIST: a digit of 20x20 in an image of 28x28."""


def load(cache: Path) -> Dataset:
    """Return the digits, labels 0..9.

    The file comes in blocks of about 130 digits, apparently one writer after the other. The last 297 are the
    end of one block and two whole ones: 252 test images are from blocks that training has not seen.
    """
    del cache
    from sklearn.datasets import load_digits  # here, since this import takes a second

    values, classes = load_digits(return_X_y=True)
    images = enlarge(np.asarray(values).reshape(-1, 8, 8))
    labels = np.asarray(classes).astype(np.int64)
    checksum = content_checksum({"images": images, "labels": labels})
    train = Split(images[:N_TRAIN], labels[:N_TRAIN])
    test = Split(images[N_TRAIN:], labels[N_TRAIN:])
    return Dataset("digits", train, test, None, checksum)


def enlarge(small: Float64[np.ndarray, "n 8 8"]) -> UInt8[np.ndarray, "n 1 28 28"]:
    """Bring values 0..16 at 8x8 to grey levels 0..255 at 28x28: 20x20 by cubic splines, and a margin."""
    from scipy import ndimage

    rows = np.asarray(ndimage.zoom(np.eye(8), (20 / 8, 1), order=3, mode="grid-constant", grid_mode=True))
    grey = (rows @ small @ rows.T * (255 / 16)).clip(0, 255)
    centred = np.pad(_round(grey), ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
    return centred[:, None]


def _round(grey: np.ndarray) -> np.ndarray:
    """Round such that an error in the last digits, which differs between machines, changes nothing."""
    return np.floor(np.round(grey, 6) + 0.5).astype(np.uint8)
