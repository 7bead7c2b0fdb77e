"""Dinh et al. 2017, "Density estimation using Real NVP" (arXiv 1605.08803), small, on grey digits.

The likelihood is that of the grey levels plus uniform noise, exact: no encoder, no bound. In bits per dimension it is,
on average over the noise, an upper bound of the bits of the 256 levels themselves, as in `common.data.dequantization`.

What is done otherwise than in the paper, and said in every result:

* MNIST, on which the paper has no numbers.
* Couplings of channels alone, none of a checkerboard; between them the normalisation and the 1x1 convolutions of
  Kingma & Dhariwal 2018 (Glow), where the paper has batch normalisation and exchanges halves.
* Networks of three convolutions in the couplings, without residual blocks or weight normalisation.
* The log-scale of a coupling is 2 tanh(s / 2), and the norm of the gradient is bounded.
* Pixels are moved away from 1 as well as from 0 before the logit, since MNIST has many that are white.

``compared`` is the budget of the page that compares models, 300 processor seconds of one thread. ``short`` is half an
hour of a processor core. Matrix products of both are in bfloat16 while training, never while measuring.
"""

from math import log, prod
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.data.dequantization import dequantize
from common.likelihood import GREY_LEVELS
from common.streams import Stream
from paper.judge.classifier import JUDGE_SEED, Training
from paper.judge.measures import ProcessorTime, costs, measured, quality, timed
from paper.kit.curve import Curve, evenly, mean_and_error, note, with_errors
from paper.kit.draws import CPU, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Whole, protocol
from paper.kit.results import Result
from paper.kit.steps import descend, geometric
from paper.real_nvp.model import RealNVP

TITLE = "Dinh et al. 2017"
HEADLINE = ("mnist_short", "bits per dimension, test, upper bound")
PART = 250
"""Images that are measured at once."""
SEEN_AT_START = 500
"""Training images that the first values of the normalisations are made of."""

Images = UInt8[np.ndarray, "_n channels h w"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    scales: Count = 2
    """how often pixels are squeezed into channels, half of which then leave"""
    depth: Count = 4
    """steps of a scale, each of a normalisation, a mixing and a coupling"""
    hidden: Count = 64
    """channels of the networks in the couplings"""
    M: Count = 50
    """images of a minibatch"""
    step_size: Positive = 3e-3
    """step size of Adam at first"""
    final_step_size: Positive = 1e-4
    """step size of Adam at last"""
    clip_norm: Positive = 5000.0
    """largest norm of the gradient, which is that of nats an image"""
    samples: Count = 100 * 60_000
    """training images, repeats included"""
    training_images: Count = 60_000
    """first training images, which are trained on"""
    evaluated: Count = 500
    """first images of either set, whose likelihood is measured along the way"""
    generated: Compared = 1000
    """samples whose quality is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained that judges them"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all random numbers"""


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
COMPARED = {"samples": 4300 * 50, "precision": "bfloat16"}
SHORT = {"samples": 26_000 * 50, "precision": "bfloat16"}
BUDGETS = {"compared": COMPARED, "short": SHORT, "paper": {}}


def dequantized(images: Images, seed: int, stream: Stream, index: int, device: torch.device) -> Float[Tensor, "..."]:
    """Return grey levels plus uniform noise, in [0, 1)."""
    return torch.from_numpy(dequantize(images, seed, stream, index)).to(device)


def bits_per_dimension(log_p: Float[Tensor, " M"], dimensions: int) -> Float[Tensor, " M"]:
    """Return bits of the 256 grey levels, a pixel, of log densities on [0, 1), in nats an image."""
    return (log(GREY_LEVELS) - log_p / dimensions) / log(2)


def train(model: RealNVP, images: Images, test: Images, protocol: Protocol, place: Place) -> tuple[Curve, float]:
    """Take the steps that are left; return bits along the way, and processor seconds, measuring included."""
    seed, device, points = protocol.seed, place.device, evenly(protocol.steps, 10)
    sets = {"train": images[: protocol.evaluated], "test": test[: protocol.evaluated]}
    optimizer, time = Adam(model.parameters(), fused=True), ProcessorTime()
    with place.stage("model", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer, time=time)
        for step in stage:
            rows = batch_indices(seed, step, len(images), protocol.M)
            x = dequantized(images[rows], seed, Stream.BINARIZE, step, device)
            with products(protocol.precision, device):
                loss = -model.log_p(x).mean()
            step_size = geometric(protocol.step_size, protocol.final_step_size, step / protocol.steps)
            descend(loss, optimizer, step_size, protocol.clip_norm)
            if stage.logs:
                stage.log(loss=loss, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                found = {name: bits(model, few, seed, device) for name, few in sets.items()}
                note(stage.curve, {"samples": (step + 1) * protocol.M, **with_errors(found)})
    return stage.curve, time.seconds


@torch.no_grad()
def bits(model: RealNVP, images: Images, seed: int, device: torch.device) -> Float[np.ndarray, " _n"]:
    """Return the bits per dimension of every image, with one draw of the noise."""
    values = []
    for index, rows in parts(len(images), PART):
        x = dequantized(images[rows], seed, Stream.EVALUATION_BINARIZE, index, device)
        values.append(bits_per_dimension(model.log_p(x), x[0].numel()).double().cpu())
    return torch.cat(values).numpy()


@torch.no_grad()
def samples(model: RealNVP, count: int, seed: int, device: torch.device) -> Float[Tensor, "n channels h w"]:
    """Draw images at temperature 1: noise, sent back through the network, and the grey levels that it falls into."""
    found = []
    for index, rows in parts(count, PART):
        z = noise(seed, Stream.EVALUATION_NOISE, index, (rows.stop - rows.start, prod(model.shape)), device)
        found.append((GREY_LEVELS * model.inverse(z)).floor().clamp(0, GREY_LEVELS - 1) / (GREY_LEVELS - 1))
    return torch.cat(found)


@torch.no_grad()
def codes(model: RealNVP, images: Images, seed: int, device: torch.device) -> Float[Tensor, "n D"]:
    """Encode images, with one draw of the noise."""
    return torch.cat(
        [
            model(dequantized(images[rows], seed, Stream.EVALUATION_BINARIZE, index, device))[0]
            for index, rows in parts(len(images), PART)
        ]
    )


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure bits per dimension of the test images, costs, and the quality of samples."""
    keep_freed_memory()
    dataset, seed, device = load(protocol.data), protocol.seed, place.device
    images, test = dataset.train.images[: protocol.training_images], dataset.test.images[:]
    _, channels, height, width = images.shape
    model = RealNVP((channels, height, width), protocol.scales, protocol.depth, protocol.hidden, seed)
    model.start(dequantized(images[:SEEN_AT_START], seed, Stream.BINARIZE, 2**32, CPU))
    model.to(device)
    model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    curve, training = train(model, images, test, protocol, place)
    mean, error = mean_and_error(bits(model, test, seed, device))
    drawn, sampling = timed(lambda: samples(model, protocol.generated, seed, device))
    coded, encoding = timed(lambda: codes(model, test[:1000], seed, device))
    quantities = [
        measured("bits per dimension, test, upper bound", mean, error),
        *costs(model, training, 1000 * sampling / len(drawn), 1000 * encoding / len(coded)),
        *quality(drawn, dataset, Training(protocol.data, protocol.classifier_steps, JUDGE_SEED), place),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)
