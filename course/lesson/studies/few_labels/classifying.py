"""A classifier of few labelled images, and the ways of adding to them."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor
from torch.nn import functional as F
from torch.optim import Adam

from common.data import Split
from common.data.batches import batch_indices
from common.streams import Stream, generator
from course.lesson.studies.few_labels.generators import Generate
from paper.judge.classifier import CLASSES, LARGEST_SHIFT, Classifier
from paper.kit.draws import grey
from paper.kit.initial import draw_parameters
from paper.kit.precision import products
from paper.kit.steps import descend, geometric
from paper.semi_supervised.few_labels import FewLabels

Batch = tuple[Float[Tensor, "M pixels"], Int[Tensor, " M"]]
Batches = Callable[[int, int], Batch]
"""From the number of a step and the size of a minibatch to images and their classes."""

M, STEPS = 60, 400
FINAL_STEP_SIZE = 1e-4
ROWS = 3
"""Rows of all ten classes that a generator adds to a minibatch: half of it."""


def labelled(data: FewLabels, seed: int) -> Batches:
    """Return minibatches of the labelled images."""

    def batch(step: int, size: int) -> Batch:
        known = batch_indices(seed, step, len(data.labels), size)
        return grey(data.images[data.labelled[known]]).flatten(1), torch.from_numpy(data.labels[known])

    return batch


def shifted(batches: Batches, seed: int) -> Batches:
    """Return the same minibatches, each image moved by up to 2 pixels either way; what is moved in is empty."""

    def batch(step: int, size: int) -> Batch:
        x, y = batches(step, size)
        places = generator(seed, Stream.NOISE, step).integers(0, 2 * LARGEST_SHIFT + 1, (size, 2))
        wider = F.pad(x.unflatten(1, (28, 28)), (LARGEST_SHIFT,) * 4)
        moved = [image[top : top + 28, left : left + 28] for image, (top, left) in zip(wider, places, strict=True)]
        return torch.stack(moved).flatten(1), y

    return batch


def with_samples(batches: Batches, generate: Generate) -> Batches:
    """Return minibatches of which one half are samples of a generator, as many of each class."""

    def batch(step: int, size: int) -> Batch:
        added = ROWS * CLASSES
        x, y = batches(step, size - added)
        return torch.cat([x, generate(ROWS, step).flatten(0, 1)]), torch.cat([y, torch.arange(CLASSES).repeat(ROWS)])

    return batch


def trained(batches: Batches, step_size: float, seed: int) -> Classifier:
    """Train the course's classifier."""
    model = Classifier(28, 28)
    draw_parameters(model, seed)
    optimizer = Adam(model.parameters(), fused=True)
    for step in range(STEPS):
        x, y = batches(step, M)
        with products("bfloat16"):
            loss = F.cross_entropy(model(x), y)
        descend(loss, optimizer, geometric(step_size, FINAL_STEP_SIZE, step / STEPS))
    return model


def accuracy(model: Classifier, split: Split) -> float:
    """Return the share of images whose class the classifier names."""
    assert split.labels is not None
    return float(np.mean(model.name(grey(_images(split)).flatten(1)).numpy() == split.labels))


def _images(split: Split) -> UInt8[np.ndarray, "n 1 28 28"]:
    return np.asarray(split.images[:])
