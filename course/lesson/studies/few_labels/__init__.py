"""Few labels: what a classifier of digits gains by shifts, and by the samples of two generators."""

from collections.abc import Sequence

import numpy as np

from common.data import Dataset, load
from course.lesson.studies.few_labels.classifying import (
    Batches,
    accuracy,
    labelled,
    shifted,
    trained,
    with_samples,
)
from course.lesson.studies.few_labels.generators import Generate, first_model, of_all, of_labelled, samples_of
from paper.semi_supervised.few_labels import FewLabels, few_labels
from paper.semi_supervised.inputs import Pixels
from paper.semi_supervised.measures import Trained, correct, most_probable
from paper.semi_supervised.model import M1

COUNTS = (100, 300, 1000)
DRAWS = 5
ARMS = (
    "nothing added",
    "shifts",
    "VAE of the labelled images",
    "VAE of all images",
    "shifts and VAE of all images",
)
STEP_SIZES = (1e-3, 2e-3, 4e-3)
"""The first step sizes of which each arm takes the best: with `TUNED` labels, for all `COUNTS`."""
TUNED = 300
SHOWN = 4
"""Rows of samples that are kept."""


def make() -> dict[str, np.ndarray]:
    """Train generators and classifiers for each number of labels and each draw: 25 minutes of a core.

    Returns
    -------
    dict
        "validation", over `ARMS` and `STEP_SIZES`: the accuracy on validation images with `TUNED` labels, a draw that
        is used for nothing else. "accuracy", over draws, `COUNTS` and `ARMS`: on the test images, with the best
        step size. "q(y | x)", over draws and `COUNTS`: the test accuracy of the classifier inside the VAE of all
        images. "samples", over `COUNTS`, the two VAEs, `SHOWN` rows and ten classes: images of the first draw.

    Raises
    ------
    InvalidArgument, OperationFailed
        If the images cannot be had.
    """
    dataset = load("mnist")
    m1 = first_model(few_labels(dataset, COUNTS[0], 0).images)
    validation = tried(dataset, m1)
    return gathered(validation, [measured(dataset, m1, draw, validation) for draw in range(DRAWS)])


def tried(dataset: Dataset, m1: M1) -> np.ndarray:
    """Return the accuracy on validation images of each arm with each step size, for a draw after the others."""
    data = few_labels(dataset, TUNED, DRAWS)
    batches = arms(data, of_labelled(data, DRAWS), of_all(m1, data, DRAWS), DRAWS)
    return np.array([[accuracy(trained(one, size, DRAWS), data.validation) for size in STEP_SIZES] for one in batches])


def measured(dataset: Dataset, m1: M1, draw: int, validation: np.ndarray) -> dict[str, np.ndarray]:
    """Return what one draw of labels adds to the arrays of `make`."""
    step_sizes = np.array(STEP_SIZES)[validation.argmax(axis=1)]
    found: dict[str, list[np.ndarray]] = {"accuracy": [], "q(y | x)": [], "samples": []}
    for count in COUNTS:
        data = few_labels(dataset, count, draw)
        own, all_images = of_labelled(data, draw), of_all(m1, data, draw)
        batches = arms(data, own, all_images, draw)
        right = [
            accuracy(trained(one, float(size), draw), data.test) for one, size in zip(batches, step_sizes, strict=True)
        ]
        found["accuracy"].append(np.array(right))
        found["q(y | x)"].append(np.array(inner_accuracy(all_images, data)))
        samples = [generate(SHOWN, 0).numpy() for generate in (own, samples_of(all_images, draw))]
        found["samples"].append(np.round(255 * np.stack(samples)).astype(np.uint8))
    return {name: np.stack(values) for name, values in found.items()}


def arms(data: FewLabels, own: Generate, all_images: Trained, draw: int) -> Sequence[Batches]:
    """Return the minibatches of `ARMS`."""
    alone = labelled(data, draw)
    with_all = with_samples(alone, samples_of(all_images, draw))
    return alone, shifted(alone, draw), with_samples(alone, own), with_all, shifted(with_all, draw)


def inner_accuracy(all_images: Trained, data: FewLabels) -> float:
    """Return the share of test images whose class q(y | x) names."""
    assert all_images.m1 is not None
    assert all_images.m2 is not None
    mu, _ = all_images.m1.encode_all(Pixels(np.asarray(data.test.images[:]), 0).mean())
    used, m2 = all_images.used, all_images.m2
    return float(correct(lambda x: most_probable(m2, x), mu[:, used], data.test).mean() / 100)


def gathered(validation: np.ndarray, draws: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return the arrays of all draws, of the samples those of the first."""
    return {
        "validation": validation,
        "accuracy": np.stack([draw["accuracy"] for draw in draws]),
        "q(y | x)": np.stack([draw["q(y | x)"] for draw in draws]),
        "samples": draws[0]["samples"],
    }
