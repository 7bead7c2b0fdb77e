"""The images that a plan trains on and is measured on."""

from dataclasses import replace

import numpy as np

from common.data import Dataset, Likelihood, Split, describe, load
from common.data.binarization import static_binarization
from common.errors import InvalidArgument
from common.likelihood import Family
from common.pixels import PIXELS
from common.training.plan import TrainingPlan


def dataset_of(plan: TrainingPlan, name: str | None = None) -> Dataset:
    """Load the data set of a plan, or another one by name; the fixed draw is made here, where the plan has one.

    Raises
    ------
    InvalidArgument
        If there is no such data set, the likelihood does not fit it, or its images have another shape than the plan's.
    """
    return for_plan(usable(plan.data if name is None else name, plan.architecture.likelihood), plan)


def for_plan(dataset: Dataset, plan: TrainingPlan) -> Dataset:
    """Return a data set as a plan uses it: with one fixed binary draw of every image, where the plan says so.

    Raises
    ------
    InvalidArgument
        If its images have another shape than those of the plan.
    """
    if dataset.image_shape != plan.architecture.image_shape:
        raise InvalidArgument(
            "--data",
            f"{dataset.name} with images of {_size(dataset.image_shape)}",
            f"images of {_size(plan.architecture.image_shape)}, those of {plan.data}, which the model was trained on",
        )
    return binarize_once(dataset, plan.seed) if plan.binarization == "static" else dataset


def usable(name: str, likelihood: Family) -> Dataset:
    """Load a data set that a model with this likelihood can describe.

    Raises
    ------
    InvalidArgument
        If there is no such data set, or the likelihood does not fit its pixels.
    """
    PIXELS[likelihood].check(describe(name), "--data")
    return load(name)


def binarize_once(dataset: Dataset, seed: int) -> Dataset:
    """Return the data set with one binary draw of every image in place of its grey levels.

    Images of 0 and 255 are their own draw, so a binary set stays as it is, and what is lazy in it stays lazy.
    """
    if describe(dataset.name).likelihood is Likelihood.BINARY:
        return dataset
    parts = {"train": dataset.train, "test": dataset.test, "validation": dataset.validation}
    return replace(
        dataset,
        **{
            name: None if part is None else replace(part, images=static_binarization(part.images, seed))
            for name, part in parts.items()
        },
    )


def first_images(split: Split, count: int | None) -> Split:
    """Return the first ``count`` images of a split (None: all of them).

    Raises
    ------
    InvalidArgument
        If there are not so many.
    """
    if count is None:
        return split
    if not 1 <= count <= len(split):
        raise InvalidArgument("--images", count, f"from 1 to {len(split)}, the number of images there are")
    return split.take(np.arange(count))


def require_images(split: Split, numbers: dict[str, int]) -> None:
    """Raise `InvalidArgument` if a split has no image of one of these numbers; the key is the option that gave it."""
    for flag, number in numbers.items():
        if number >= len(split):
            raise InvalidArgument(flag, number, f"a number from 0 to {len(split) - 1}, a test image")


def _size(image_shape: tuple[int, int, int]) -> str:
    return " x ".join(map(str, image_shape))
