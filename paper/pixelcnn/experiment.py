"""van den Oord et al. 2016, "Pixel recurrent neural networks" (arXiv 1601.06759): PixelCNN on binarised digits.

The likelihood is exact: no encoder, no bound. All figures are in nats per image.

What is done otherwise than in the paper, and said in every result:

* The paper's numbers for MNIST are of a fixed binarisation; here the images are binarised anew at each draw.
* 7 residual blocks of h = 16. The paper's PixelCNN for photographs is larger.
* Adam with a step size that falls geometrically, in place of RMSProp with a constant one; a run of fixed length.
* The number beside ours is that of a repository with the same data, EugenHotaj/pytorch-generative (d1f0a5c): 15 blocks,
  457 passes.

``compared`` has as many images as take 300 processor seconds here, the budget of all models of the comparison, and
``short`` as many as take an hour of one processor core; both with matrix products in bfloat16 while training (never
while measuring).
"""

from collections.abc import Iterator
from typing import Literal

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
from paper.parts.autoregressive import negative_log_p, samples
from paper.pixelcnn.model import PixelCNN

TITLE = "van den Oord et al. 2016"
HEADLINE = ("mnist_compared", "-log p(x), test")
READ_IN = "pytorch-generative"
PRINTED = {"mnist": 81.45}
"""-log p(x) of binarised MNIST in that repository."""

Images = UInt8[np.ndarray, "n 1 h w"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    h: Count = 16
    """features of a masked convolution, half of those between blocks"""
    blocks: Count = 7
    """residual blocks"""
    M: Count = 50
    """images of a minibatch"""
    step_size: Positive = 6e-3
    """step size of Adam at first"""
    final_step_size: Positive = 1.2e-4
    """step size of Adam at last"""
    samples: Count = 100 * 60_000
    """training images, repeats included"""
    training_images: Count = 60_000
    """how many of the first training images are used, at most"""
    evaluated: Count = 500
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
BUDGETS = {
    "compared": {"samples": 220_000, "precision": "bfloat16"},
    "short": {"samples": 44 * 60_000, "precision": "bfloat16"},
    "paper": {},
}


def train(model: PixelCNN, dataset: Dataset, protocol: Protocol, place: Place) -> tuple[Curve, float]:
    """Take the steps that are left.

    Returns -log p(x) of training and test images along the way, and the processor seconds that it took.
    """
    optimizer, time = Adam(model.parameters(), protocol.step_size, fused=True), ProcessorTime()
    images, some = dataset.train.images[: protocol.training_images], protocol.evaluated
    sets = {"train": images[:some], "test": dataset.test.images[:some]}
    points = evenly(protocol.steps, 10)
    with place.stage("model", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer, time=time)
        for step in stage:
            batch = images[batch_indices(protocol.seed, step, len(images), protocol.M)]
            x = binary(batch, protocol.seed, Stream.BINARIZE, step, place.device)
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


def measures(
    model: PixelCNN, training: float, dataset: Dataset, protocol: Protocol, place: Place
) -> Iterator[Quantity]:
    """Yield what the model costs, and how good its samples are."""
    count, seed = protocol.generated, protocol.seed
    drawn, seconds = timed(lambda: samples(model, count, dataset.image_shape, seed, place.device))
    yield from costs(model, training, seconds * 1000 / count)
    yield from quality(drawn, dataset, Training(protocol.data, protocol.classifier_steps, JUDGE_SEED), place)


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure -log p(x) of the test images, costs, and the quality of samples."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    model = PixelCNN(protocol.h, protocol.blocks, protocol.seed).to(device)
    curve, seconds = train(model, dataset, protocol, place)
    mean, error = mean_and_error(negative_log_p(model, dataset.test.images[:], protocol.seed, device))
    known = PRINTED.get(protocol.data)
    quantities = [
        beside("-log p(x), test", mean, known, "other data", READ_IN, error, lower_is_better=True),
        *measures(model, seconds, dataset, protocol, place),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)
