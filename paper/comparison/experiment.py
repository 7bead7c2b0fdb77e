"""The VAE among its rivals, on binarised digits: the same data, budget and measures for every model.

A convolutional VAE stands for its kind. The others are the papers whose results have the same quantities; `vae compare`
finds them by these. The VAE is sampled twice: with codes from its prior N(0, I), and with codes from a mixture of
Gaussians that is fitted to the codes of training images afterwards (Ghosh et al. 2020).

* Images are binarised anew at each draw, with their grey levels as probabilities.
* No likelihood of a VAE is exact. Measured are the negative ELBO and, from importance samples, a lower value that in
  expectation still is an upper bound of -log p(x). Both are in nats per image, of the model with its prior.
* Adam with a step size that falls geometrically; a run of fixed length, no early stopping.

``compared`` is the budget of the comparison: about 300 processor seconds of training on one thread. Matrix products
are in bfloat16 while training, never while measuring. ``short`` are about 1,800 seconds.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import Dataset, load
from common.data.batches import batch_indices
from common.metrics import importance_weighted_bound
from common.streams import Stream
from paper.comparison.model import VAE
from paper.judge.classifier import JUDGE_SEED, Training
from paper.judge.measures import ProcessorTime, costs, measured, quality, timed
from paper.kit.curve import Curve, evenly, mean_and_error, note, with_errors
from paper.kit.draws import binary, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend, geometric
from paper.parts.mixture import fitted, sample

TITLE = "Convolutional VAE"
HEADLINE = ("mnist_compared", "-log p(x), test, upper bound")

PART = 500
"""Images that are encoded, or decoded, at a time."""

Images = UInt8[np.ndarray, "_n 1 28 28"]
Codes = Float[Tensor, "n latents"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    latents: Count = 16
    """latents of an image"""
    channels: Count = 32
    """channels of the first convolution, half of those of the second"""
    components: Count = 10
    """Gaussians of the mixture"""
    M: Count = 100
    """images of a minibatch"""
    step_size: Positive = 2e-3
    """step size of Adam at first"""
    final_step_size: Positive = 1e-4
    """step size of Adam at last"""
    samples: Count = 300 * 60_000
    """training images, repeats included"""
    training_images: Count = 60_000
    """how many of the first training images are used"""
    evaluated: Count = 1000
    """first test images, whose negative ELBO is measured along the way"""
    weighted: Count = 20
    """importance samples of an image"""
    generated: Compared = 1000
    """samples of each kind, whose quality is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained whose features it takes"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all random numbers"""


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
BUDGETS = {
    "compared": {"samples": 850_000, "precision": "bfloat16"},
    "short": {"samples": 5_100_000, "precision": "bfloat16"},
    "paper": {},
}


def train(model: VAE, images: Images, test: Images, protocol: Protocol, time: ProcessorTime, place: Place) -> Curve:
    """Take the steps that are left; return the negative ELBO of test images along the way.

    The model is left in ``eval`` mode.
    """
    optimizer, seed, device = Adam(model.parameters(), protocol.step_size, fused=True), protocol.seed, place.device
    points = evenly(protocol.steps, 10)
    with place.stage("vae", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer, time=time)
        for step in stage:
            batch = images[batch_indices(seed, step, len(images), protocol.M)]
            x = binary(batch, seed, Stream.BINARIZE, step, device)
            eps = noise(seed, Stream.NOISE, step, (len(x), protocol.latents), device)
            with products(protocol.precision, device):
                reconstruction, kl = (part.mean() for part in model.train()(x, eps))
            progress = step / protocol.steps
            descend(reconstruction + kl, optimizer, geometric(protocol.step_size, protocol.final_step_size, progress))
            if stage.logs:
                stage.log(loss=reconstruction + kl, reconstruction=reconstruction, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                found = {"-ELBO, test": negative_elbo(model.eval(), test[: protocol.evaluated], seed, device)}
                note(stage.curve, {"samples": (step + 1) * protocol.M, **with_errors(found)})
    model.eval()
    return stage.curve


@torch.no_grad()
def negative_elbo(model: VAE, images: Images, seed: int, device: torch.device) -> Float[np.ndarray, " n"]:
    """Estimate the negative ELBO of every image, with one code of each."""
    values = []
    for index, rows in parts(len(images), PART):
        x = binary(images[rows], seed, Stream.EVALUATION_BINARIZE, index, device)
        eps = noise(seed, Stream.EVALUATION_NOISE, index, (len(x), model.latents), device)
        reconstruction, kl = model(x, eps)
        values.append((reconstruction + kl).cpu().double().numpy())
    return np.concatenate(values)


@torch.no_grad()
def upper_bound(model: VAE, images: Images, k: int, seed: int, device: torch.device) -> Float[np.ndarray, " n"]:
    """Estimate -log p(x) of every image from k importance samples: in expectation, an upper bound."""
    values = []
    for index, rows in parts(len(images), 50, first=2**32):  # beyond the indices of `negative_elbo`
        x = binary(images[rows], seed, Stream.EVALUATION_BINARIZE, index, device)
        eps = noise(seed, Stream.EVALUATION_NOISE, index, (k, len(x), model.latents), device)
        values.append(-importance_weighted_bound(model.log_weights(x, eps).cpu().numpy()))
    return np.concatenate(values)


@torch.no_grad()
def encoded(model: VAE, images: Images, seed: int, device: torch.device) -> Codes:
    """Return one sample of q(z | x) for every image."""
    found = []
    for index, rows in parts(len(images), PART, first=2**33):
        q = model.q(binary(images[rows], seed, Stream.EVALUATION_BINARIZE, index, device))
        found.append(q.loc + q.scale * noise(seed, Stream.EVALUATION_NOISE, index, tuple(q.loc.shape), device))
    return torch.cat(found)


@torch.no_grad()
def decoded(model: VAE, z: Codes) -> Float[Tensor, "n 1 28 28"]:
    """Return the probability of every pixel, for many codes."""
    return torch.cat([model.logits(part).sigmoid() for part in z.split(PART)])


def prior_codes(count: int, latents: int, seed: int, device: torch.device) -> Codes:
    """Sample codes from N(0, I)."""
    return noise(seed, Stream.EVALUATION_NOISE, 2**41, (count, latents), device)


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure both bounds on the test images, the costs, and samples of both kinds."""
    keep_freed_memory()
    dataset, seed, device = load(protocol.data), protocol.seed, place.device
    images, test = dataset.train.images[: protocol.training_images], dataset.test.images[:]
    model, time = VAE(protocol.channels, protocol.latents, seed).to(device), ProcessorTime()
    curve = train(model, images, test, protocol, time, place)
    seconds = time.seconds
    elbo, elbo_error = mean_and_error(negative_elbo(model, test, seed, device))
    bound, bound_error = mean_and_error(upper_bound(model, test, protocol.weighted, seed, device))
    thousand = dataset.train.images[:1000]
    codes, encoding = timed(lambda: encoded(model, thousand, seed, device))
    shape = protocol.generated, protocol.latents
    samples, sampling = timed(lambda: decoded(model, prior_codes(*shape, seed, device)))
    quantities = [
        measured("-ELBO, test, upper bound", elbo, elbo_error),
        measured("-log p(x), test, upper bound", bound, bound_error),
        *costs(model, seconds, sampling * 1000 / len(samples), encoding * 1000 / len(codes)),
        *quality(samples, dataset, Training(protocol.data, protocol.classifier_steps, JUDGE_SEED), place),
        *with_mixture(model, images, dataset, protocol, place),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)


def with_mixture(model: VAE, images: Images, dataset: Dataset, protocol: Protocol, place: Place) -> Iterator[Quantity]:
    """Yield costs and quality of samples whose codes come from a mixture, under names that say so."""
    seed, device = protocol.seed, place.device
    codes = encoded(model, images, seed, device)
    mixture, fitting = timed(lambda: fitted(codes, protocol.components, seed))
    samples, sampling = timed(lambda: decoded(model, sample(mixture, protocol.generated).to(device)))
    yield measured("processor seconds of fitting the mixture", fitting)
    yield measured("processor seconds of 1,000 samples, mixture", sampling * 1000 / len(samples))
    for one in quality(samples, dataset, Training(protocol.data, protocol.classifier_steps, JUDGE_SEED), place):
        if one.name.endswith(", samples"):
            yield replace(one, name=f"{one.name}, mixture")
