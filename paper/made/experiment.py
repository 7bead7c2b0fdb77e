"""Germain et al. 2015, "MADE: Masked autoencoder for distribution estimation" (arXiv 1502.03509), on binarised digits.

The likelihood is exact: no encoder, no bound. Without a hidden layer (``--layers 0``) MADE is a logistic regression of
each pixel on those before it, the simplest rival. All figures are in nats per image.

What is done otherwise than in the paper, and said in every result:

* The images are binarised anew at each draw; one order of the pixels, by rows, and one set of masks.
* Adam with a step size that falls geometrically; rectifiers; a run of fixed length.
* The numbers beside ours are those of a repository with the same data, EugenHotaj/pytorch-generative (d1f0a5c), whose
  networks and training are other ones: one hidden layer, or none, too.

``short`` is a budget of half an hour of a processor core; ``compared`` has as many images as take 300 processor seconds
here, the budget of all models of the comparison. Both have matrix products in bfloat16 while training (never while
measuring).
"""

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, Literal

import numpy as np
from jaxtyping import UInt8
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import Dataset, load
from common.data.batches import batch_indices
from common.streams import Stream
from paper.judge.classifier import JUDGE_SEED, Training
from paper.judge.measures import ProcessorTime, costs, quality, timed
from paper.kit.curve import Curve, evenly, mean_and_error, note, with_errors
from paper.kit.draws import binary
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Whole, protocol
from paper.kit.results import Quantity, Result, beside
from paper.kit.steps import descend, geometric
from paper.made.model import MADE
from paper.parts.autoregressive import negative_log_p, samples

TITLE = "Germain et al. 2015"
HEADLINE = ("mnist_short", "-log p(x), test")
READ_IN = "pytorch-generative"
PRINTED = {0: 96.58, 1: 84.87}
"""-log p(x) of binarised MNIST in that repository, by the number of hidden layers."""

Images = UInt8[np.ndarray, "n 1 h w"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    layers: Literal[0, 1, 2] = 1
    """hidden layers; with 0 it is a logistic regression of each pixel on those before it"""
    hidden: Count = 1000
    """units of a hidden layer"""
    M: Count = 100
    """images of a minibatch"""
    step_size: Positive = 2e-3
    """step size of Adam at first"""
    final_step_size: Positive = 4e-5
    """step size of Adam at last"""
    samples: Count = 300 * 60_000
    """training images, repeats included"""
    training_images: Count = 60_000
    """how many of the first training images are used, at most"""
    evaluated: Count = 1000
    """first images of either set, whose likelihood is measured along the way"""
    generated: Compared = 1000
    """samples whose quality is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained whose features decide on it"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all random numbers"""


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
SHORT = {"samples": 120 * 60_000, "generated": 2000, "classifier_steps": 400, "precision": "bfloat16"}
PASSES = {0: 84, 1: 32, 2: 22}
"""Passes through MNIST in 300 processor seconds, by the number of hidden layers."""


def compared(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changes for 300 processor seconds of training."""
    return {"samples": PASSES[given.get("layers", Protocol.layers)] * 60_000, "precision": "bfloat16"}


BUDGETS = {"compared": compared, "short": SHORT, "paper": {}}


def train(model: MADE, dataset: Dataset, protocol: Protocol, place: Place) -> tuple[Curve, float]:
    """Take the steps that are left.

    Returns -log p(x) of training and test images along the way, and the processor seconds that it took.
    """
    optimizer, time = Adam(model.parameters(), protocol.step_size, fused=True), ProcessorTime()
    images, some = dataset.train.images[: protocol.training_images], protocol.evaluated
    sets = {"train": rows_of(images[:some]), "test": rows_of(dataset.test.images[:some])}
    points = evenly(protocol.steps, 20)
    with place.stage("model", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer, time=time)
        for step in stage:
            batch = images[batch_indices(protocol.seed, step, len(images), protocol.M)]
            x = binary(batch, protocol.seed, Stream.BINARIZE, step, place.device).flatten(1)
            with products(protocol.precision, place.device):
                loss = -model.log_p(x).mean()
            descend(loss, optimizer, geometric(protocol.step_size, protocol.final_step_size, step / protocol.steps))
            if stage.logs:
                stage.log(loss=loss, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                found = {name: negative_log_p(model, few, protocol.seed, place.device) for name, few in sets.items()}
                note(stage.curve, {"samples": (step + 1) * protocol.M, **with_errors(found)})
        seconds = time.seconds
    return stage.curve, seconds


def rows_of(images: Images) -> UInt8[np.ndarray, "n D"]:
    """Return the pixels of every image in a row, as MADE takes them."""
    return images.reshape(len(images), -1)


def measures(model: MADE, training: float, dataset: Dataset, protocol: Protocol, place: Place) -> Iterator[Quantity]:
    """Yield what the model costs, and how good its samples are."""
    count, seed = protocol.generated, protocol.seed
    shape = dataset.image_shape
    drawn, seconds = timed(lambda: samples(model, count, (prod(shape),), seed, place.device))
    yield from costs(model, training, seconds * 1000 / count)
    yield from quality(
        drawn.unflatten(1, shape), dataset, Training(protocol.data, protocol.classifier_steps, JUDGE_SEED), place
    )


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure -log p(x) of the test images, costs, and the quality of samples."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    images = dataset.train.images[: protocol.training_images]
    model = MADE((protocol.hidden,) * protocol.layers, images, protocol.seed).to(device)
    curve, seconds = train(model, dataset, protocol, place)
    mean, error = mean_and_error(negative_log_p(model, rows_of(dataset.test.images[:]), protocol.seed, device))
    known = PRINTED.get(protocol.layers) if protocol.data == "mnist" else None
    quantities = [
        beside("-log p(x), test", mean, known, "other data or layers", READ_IN, error, lower_is_better=True),
        *measures(model, seconds, dataset, protocol, place),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)
