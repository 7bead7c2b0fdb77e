"""`vae data show`: the first training images on one sheet, and how many images there are of each label."""

from math import isqrt
from pathlib import Path

import numpy as np
from rich.table import Table

from common import plots
from common.data import Dataset, Split, describe, load
from course.console import say, show
from course.running.datasets import first_images
from course.running.picture import write_picture

MOST_LABELS = 20


def show_data(name: str, images: int | None, output: Path | None) -> None:
    """Draw the first training images, 100 or all of fewer by default, and count the labels.

    Raises
    ------
    InvalidArgument
        If there is no such data set, or it has fewer images.
    OperationFailed
        If it cannot be loaded, or the picture cannot be written.
    """
    dataset = load(name)
    some = first_images(dataset.train, min(100, len(dataset.train)) if images is None else images)
    columns = max(10, isqrt(len(some)))
    write_picture(plots.image_grid(some.images[:], columns=columns, title=name), output or Path(f"{name}.png"))
    say(f"Likelihood: {describe(name).likelihood}")
    _show_labels(dataset)


def _show_labels(dataset: Dataset) -> None:
    name = dataset.name
    if dataset.train.labels is None:
        say(f"{name} has no labels{'' if dataset.train.factors is None else ', but its generating factors are known'}.")
        return
    show(counts_table(dataset, describe(name).label_names))


def counts_table(dataset: Dataset, names: tuple[str, ...] = ()) -> Table:
    """Return a table of how many training and test images have each label, named or not; the first twenty of many."""
    parts = {"train": dataset.train, "test": dataset.test}
    counts = {name: _counts(split) for name, split in parts.items()}
    labels = sorted(set().union(*counts.values()))
    table = Table("label", *counts)
    for label in labels[:MOST_LABELS]:
        table.add_row(
            f"{label} {names[label]}" if names else str(label),
            *(f"{count.get(label, 0):,}" for count in counts.values()),
        )
    if len(labels) > MOST_LABELS:
        table.caption = f"and {len(labels) - MOST_LABELS:,} labels more"
    return table


def _counts(split: Split) -> dict[int, int]:
    if split.labels is None:
        return {}
    values, counts = np.unique(split.labels, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))
