"""`vae data show`: the first training images on one sheet, and how many images there are of each label."""

from math import isqrt
from pathlib import Path

from common import plots
from common.data import Dataset, describe, load
from course.console import say, show
from course.running.datasets import first_images
from course.running.labels import counts_table
from course.running.picture import write_picture


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
