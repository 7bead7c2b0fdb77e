"""Vahdat & Kautz 2020, "NVAE: A deep hierarchical variational autoencoder" (arXiv 2007.03898): MNIST, scaled down.

The networks are in `paper.nvae.model`, the cells in `paper.nvae.cells`, the penalty in `paper.nvae.spectral`. MNIST is
binarised anew at each draw, and all figures are in nats per image, of its 28x28 pixels.

The recipe is that of the authors' repository: its cells, residual posteriors, soft clamps, Adamax with epsilon 1e-3 and
a step size that rises in 1.25 % of the run and then falls as a cosine from 1e-2 to 1e-4, a weight of the KL that rises
in 30 % of it, with balanced groups, and a spectral penalty of weight 1e-2. What is done otherwise:

* The network is a fraction of theirs, which has 15 groups of 20 latents in maps of 4x4 and 8x8 and trains for 21
  hours on two GPUs: here there are 2 + 2 groups of 8 latents, maps of 7x7 and 14x14, and one cell before each group.
  ``short`` is a budget for 40 minutes of a processor core, ``paper`` one for half an hour of a GPU, with more channels
  and groups. No row of the latter was run.
* The image is not padded to 32x32: a convolution of stride 2 takes it to 14x14 maps, and one whose channels become
  places takes these back. The authors pad it, and score the 28x28 pixels in the middle.
* Depthwise kernels are 5x5 on 7x7 maps, and with ``short`` 3x3 on 14x14 maps.
* The clamps bound p and what q adds to it, each by itself, so that the formula of the KL is exact; the authors clamp
  their sum.
* Power iteration takes one step for each step of training; the authors take four.
* There is no weight normalisation and no weight decay. Products are in bfloat16 while training, never while measuring.
* Before anything is measured, the statistics of batch norm are taken anew, as means over training images.
"""

from collections.abc import Iterator
from math import cos, log, pi
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from pydantic import Field
from torch import Tensor
from torch.optim import Adamax

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.streams import Stream
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import binary, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Count, Minibatches, Positive, Precision, Weight, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend
from paper.nvae.cells import recalibrate
from paper.nvae.model import NVAE, Sizes, balance
from paper.nvae.spectral import SpectralPenalty

TITLE = "Vahdat & Kautz 2020"
HEADLINE = ("mnist_short", "-bound, test")
NO_NUMBER = "larger network"
RISE = 5 / 400
"""Part of a run in which the step size rises."""
LEAST_BETA = 1e-4
PASSES = 50
"""Minibatches of training images over which statistics of batch norm are taken."""

Images = UInt8[np.ndarray, "_ 1 28 28"]
Part = Annotated[float, Field(ge=0, le=1), "a number from 0 to 1"]
Kernel = Literal[3, 5]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    channels: Count = 32
    """channels of a 14x14 map, half of those of a 7x7 map"""
    expansion: Count = 6
    """channels of a depthwise convolution, as a multiple of those around it"""
    kernel: Kernel = 5
    """height and width of the depthwise kernels on 14x14 maps"""
    latents: Count = 20
    """latents of a group at each place"""
    coarse_groups: Count = 5
    """groups of 7x7 latents"""
    fine_groups: Count = 10
    """groups of 14x14 latents"""
    warm_up: Part = 0.3
    """part of the run in which the weight of the KL rises to 1, and its groups are balanced"""
    spectral: Weight = 1e-2
    """lambda, the weight of the spectral penalty"""
    M: Count = 200
    """images of a minibatch"""
    step_size: Positive = 1e-2
    """step size of Adamax at first"""
    final_step_size: Positive = 1e-4
    """step size of Adamax at last"""
    samples: Count = 400 * 60_000
    """training images, repeats included"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all random numbers"""
    test_images: Count = 10_000
    """first test images, whose bound is measured"""
    likelihood_images: Count = 1000
    """first test images, whose likelihood is estimated, and whose bound is measured along the way"""
    likelihood_draws: Count = 100
    """samples of the latents for each of these"""


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
BUDGETS: dict[str, dict[str, Any]] = {
    "short": {
        "channels": 24,
        "expansion": 3,
        "kernel": 3,
        "latents": 8,
        "coarse_groups": 2,
        "fine_groups": 2,
        "M": 100,
        "samples": 13 * 60_000,
        "precision": "bfloat16",
    },
    "paper": {"coarse_groups": 3, "fine_groups": 4, "samples": 100 * 60_000, "precision": "bfloat16"},
}


def network(protocol: Protocol) -> NVAE:
    """Return the model with its initial values."""
    groups, kernels = (protocol.coarse_groups, protocol.fine_groups), (5, protocol.kernel)
    sizes = Sizes(protocol.channels, protocol.expansion, protocol.latents, groups, kernels)
    model = NVAE(sizes, protocol.seed)
    return model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def step_size(protocol: Protocol, progress: float) -> float:
    """Return the step size at ``progress`` (0 to 1) of a run: a rise from 0, then half a cosine."""
    if progress < RISE:
        return protocol.step_size * progress / RISE
    fall = (1 + cos(pi * (progress - RISE) / (1 - RISE))) / 2
    return protocol.final_step_size + (protocol.step_size - protocol.final_step_size) * fall


def weight_of_kl(protocol: Protocol, progress: float) -> float:
    """Return beta at ``progress`` (0 to 1) of a run: it rises from almost 0 to 1 in the warm-up."""
    return min(1.0, max(LEAST_BETA, progress / protocol.warm_up)) if protocol.warm_up else 1.0


# Training.


def train(model: NVAE, images: Images, test: Images, protocol: Protocol, place: Place) -> Curve:
    """Take the steps that are left; return the bound of test images and the KL of every group along the way.

    The model is left in ``eval`` mode.
    """
    penalty = SpectralPenalty(model, protocol.seed).to(place.device)
    optimizer = Adamax(model.parameters(), protocol.step_size, eps=1e-3)
    points, sizes = evenly(protocol.steps, 20), model.sizes.to(place.device)
    model.train()
    with place.stage("model", protocol.steps) as stage:
        stage.keep(model=model, penalty=penalty, optimizer=optimizer)
        for step in stage:
            progress = step / protocol.steps
            beta = weight_of_kl(protocol, progress)
            batch = images[batch_indices(protocol.seed, step, len(images), protocol.M)]
            x = binary(batch, protocol.seed, Stream.BINARIZE, step, place.device)
            eps = noise(protocol.seed, Stream.NOISE, step, (len(x), 1, model.noise), place.device)
            with products(protocol.precision, place.device):
                terms = model(x, eps)
            kl = terms.kl[..., 0]
            gamma = balance(kl, sizes, beta)
            loss = (beta * (gamma[:, None] * kl).sum(0) - terms.log_p_x[:, 0]).mean() + protocol.spectral * penalty()
            descend(loss, optimizer, step_size(protocol, progress))
            if stage.logs:
                found = {"reconstruction": -terms.log_p_x.mean(), "kl_per_level": kl.mean(1).flip(0)}
                stage.log(loss=loss, beta=beta, **found, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                model.eval()
                values = bound(model, test[: protocol.likelihood_images], protocol, place.device)
                model.train()
                of_groups = {f"kl {number}": value for number, value in enumerate(kl.mean(1).tolist(), 1)}
                note(stage.curve, {"samples": (step + 1) * protocol.M, "test": float(values[0].mean()), **of_groups})
    model.eval()
    return stage.curve


# What is measured.


@torch.no_grad()
def bound(model: NVAE, images: Images, protocol: Protocol, device: torch.device) -> Float[np.ndarray, "terms n"]:
    """Return the bound of every image with one sample of the latents, then the KL of every group."""
    values = []
    for index, rows in parts(len(images), 250):
        x = binary(images[rows], protocol.seed, Stream.EVALUATION_BINARIZE, index, device)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (len(x), 1, model.noise), device)
        terms = model(x, eps)
        values.append(torch.cat((terms.bound()[None], terms.kl))[..., 0])
    return torch.cat(values, 1).cpu().double().numpy()


@torch.no_grad()
def log_likelihood(model: NVAE, images: Images, protocol: Protocol, device: torch.device) -> Float[np.ndarray, " n"]:
    """Estimate log p(x) of every image by importance sampling: in expectation, a lower bound."""
    values, k = [], protocol.likelihood_draws
    for index, rows in parts(len(images), max(1, 250 // k), first=2**32):
        x = binary(images[rows], protocol.seed, Stream.EVALUATION_BINARIZE, index, device)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (len(x), k, model.noise), device)
        values.append(model(x, eps).log_w().logsumexp(1) - log(k))
    return torch.cat(values).cpu().double().numpy()


def training_passes(model: NVAE, images: Images, protocol: Protocol, device: torch.device) -> Iterator[Tensor]:
    """Pass training images through the model, a minibatch at a time."""
    for index, rows in parts(min(len(images), PASSES * protocol.M), protocol.M, first=2**33):
        x = binary(images[rows], protocol.seed, Stream.EVALUATION_BINARIZE, index, device)
        yield model(x, noise(protocol.seed, Stream.EVALUATION_NOISE, index, (len(x), 1, model.noise), device)).kl


def names(model: NVAE) -> list[str]:
    """Return a name of every group, from the top on."""
    return [f"z_{number}, {h}x{w}" for number, (_, h, w) in enumerate(model.shapes, 1)]


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure the bound, the KL of every group, and an estimate of the likelihood."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    images, test = dataset.train.images[:], dataset.test.images[: protocol.test_images]
    model = network(protocol).to(device)
    curve = train(model, images, test, protocol, place)
    recalibrate(model, training_passes(model, images, protocol, device))
    measured = bound(model, test, protocol, device)
    few = test[: protocol.likelihood_images]
    of_few, name = f"first {len(few):,} test images", f"-L_{protocol.likelihood_draws}"
    quantities = [
        _quantity("-bound, test", -measured[0]),
        *(_quantity(f"KL of {group}, test", kl) for group, kl in zip(names(model), measured[1:], strict=True)),
        _quantity(f"-bound, {of_few}", -measured[0, : len(few)]),
        _quantity(f"{name}, {of_few}", -log_likelihood(model, few, protocol, device)),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)


def _quantity(name: str, values: Float[np.ndarray, " n"]) -> Quantity:
    mean, error = mean_and_error(values)
    return Quantity(name, mean, no_paper_value=NO_NUMBER, standard_error=error)
