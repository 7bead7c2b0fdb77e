"""A data set of which only a few images have a label: what the models of `paper.semi_supervised` may see of it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64, UInt8

from common.data import Dataset, Split
from common.errors import InvalidArgument
from common.streams import Stream, generator

CLASSES = 10


@dataclass(frozen=True)
class FewLabels:
    """Training images (labelled or not), the rows among them whose labels are known, and what is held out.

    ``labelled`` are rows of ``images``, ``labels`` their classes. Validation chooses, test measures.
    """

    images: UInt8[np.ndarray, "N c h w"]
    labelled: Int64[np.ndarray, " N_l"]
    labels: Int64[np.ndarray, " N_l"]
    validation: Split
    test: Split


def few_labels(dataset: Dataset, count: int, seed: int) -> FewLabels:
    """Hold out the last sixth of the training images, and draw ``count`` labels from the others.

    All images outside of the held out ones are for training; those without a label are the other N - count.
    """
    train, validation = dataset.hold_out(len(dataset.train) // 6)
    assert train.labels is not None
    rows = balanced_draw(train.labels, count, seed)
    return FewLabels(train.images[:], rows, train.labels[rows], validation, dataset.test)


def balanced_draw(labels: Int64[np.ndarray, " N"], count: int, seed: int) -> Int64[np.ndarray, " count"]:
    """Return the rows of ``count`` images, as many of each class, drawn at random by the seed.

    Raises
    ------
    InvalidArgument
        If ``count`` is not the same number for all classes, or a class has too few images.
    """
    each = count // CLASSES
    available = int(np.bincount(labels, minlength=CLASSES).min())
    if each * CLASSES != count or not 1 <= each <= available:
        expected = f"a multiple of {CLASSES}, the number of classes, from {CLASSES} to {CLASSES * available}"
        raise InvalidArgument("labels", count, expected)
    shuffled = generator(seed, Stream.SPLIT).permutation(len(labels))
    by_class = [shuffled[labels[shuffled] == y][:each] for y in range(CLASSES)]
    return np.concatenate(by_class)
