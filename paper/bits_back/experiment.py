"""Townsend, Bird & Barber 2019 (arXiv 1901.04866): the test images of MNIST in a file, coded with a VAE, and back.

``--pixels binary`` codes images of 0 and 1 with a Bernoulli likelihood, ``--pixels grey`` levels with a beta-binomial.
All images go on one stack, one after another, each with the bits of those before it as randomness for its latents.
Then every one is decoded and compared. What is done otherwise than in the paper, or left open by it:

* The networks are convolutions, of more parameters than the paper's two layers of units.
* The binary test images are one fixed draw of the course's random streams, grey level / 255 the probability of a 1.
* Latents have 2^10 intervals, all frequencies 24 bits: discretisation then costs next to nothing.
* Encoder and decoder compute image by image in one thread of a CPU, whatever device the VAE was trained on.

``short`` is a budget of a quarter of an hour of one processor core. ``paper`` takes a hundred passes, in float32; how
long the paper trained has not been read.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from math import log
from typing import Literal

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.data.binarization import dynamic_binarization
from common.streams import Stream
from paper.bits_back.coding import LatentVariableModel, decode, encode
from paper.bits_back.model import VAE, Tables
from paper.bits_back.rivals import sizes
from paper.bits_back.stack import PRECISION, WORD, Stack, filled, from_bytes, to_bytes
from paper.bits_back.tables import Symbols
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import binary, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Count, Minibatches, Positive, Precision, Whole, protocol
from paper.kit.results import Quantity, Result, beside
from paper.kit.steps import descend, geometric

TITLE = "Townsend et al. 2019"
HEADLINE = ("mnist_pixels-binary_short", "coded, bits a pixel")
PART = 100
PRINTED = {("mnist", "binary"): 0.19}
"""Bits a pixel of the paper's file, as others quote it."""

Images = UInt8[np.ndarray, "_n 1 28 28"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "fashion_mnist", "digits"] = "mnist"
    """data set"""
    pixels: Literal["binary", "grey"] = "binary"
    """what a pixel is: 0 or 1, drawn with its grey level as probability, or one of 256 levels"""
    channels: Count = 32
    """channels of the first convolution, half of those of the second"""
    hidden: Count = 256
    """units of the layer between convolutions and latents"""
    latents: Count = 50
    """latents"""
    bits: Count = 10
    """log2 of the number of intervals of a latent"""
    M: Count = 100
    """images of a minibatch"""
    step_size: Positive = 2e-3
    """step size of Adam at first"""
    final_step_size: Positive = 1e-4
    """step size of Adam at last"""
    samples: Count = 100 * 60_000
    """training images, repeats included"""
    test_images: Count = 10_000
    """first test images, which are coded"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all random numbers"""


PAPER = {name: Protocol(data=name) for name in ("mnist", "fashion_mnist", "digits")}


def short(given: dict[str, object]) -> dict[str, object]:
    """Return what changes for a quarter of an hour on a processor core: a step with grey levels takes longer."""
    length = {"channels": 16, "samples": 20 * 60_000} if given.get("pixels") == "grey" else {"samples": 45 * 60_000}
    return {**length, "precision": "bfloat16"}


BUDGETS = {"short": short, "paper": {}}

# Training.


def pixels(images: Images, protocol: Protocol, stream: Stream, index: int, device: torch.device) -> Tensor:
    """Return what the VAE is trained on: whole numbers as floats, binary ones drawn anew at each index."""
    if protocol.pixels == "binary":
        return binary(images, protocol.seed, stream, index, device)
    return torch.from_numpy(images.astype(np.float32)).to(device)


def train(model: VAE, images: Images, test: Images, protocol: Protocol, place: Place) -> Curve:
    """Maximise the bound by Adam; return it along the way, on test images."""
    seed, device = protocol.seed, place.device
    optimizer, points = Adam(model.parameters(), fused=True), evenly(protocol.steps, 10)
    with place.stage("model", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            rows = batch_indices(seed, step, len(images), protocol.M)
            x = pixels(images[rows], protocol, Stream.BINARIZE, step, device)
            eps = noise(seed, Stream.NOISE, step, (len(x), model.latents), device)
            with products(protocol.precision, device):
                log_likelihood, kl = model.parts_of_bound(x, eps)
            reconstruction, latents = -log_likelihood.mean(), kl.mean(0)
            loss = reconstruction + latents.sum()
            descend(loss, optimizer, geometric(protocol.step_size, protocol.final_step_size, step / protocol.steps))
            if stage.logs:
                told = {"reconstruction": reconstruction, "kl_per_latent": latents.detach()}
                stage.log(loss=loss, **told, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                mean, error = bound(model, test, protocol, device)
                note(stage.curve, {"samples": (step + 1) * protocol.M, "-bound": mean, "-bound error": error})
    return stage.curve


@torch.no_grad()
def bound(model: VAE, images: Images, protocol: Protocol, device: torch.device) -> tuple[float, float]:
    """Estimate -ELBO with one z an image, of the very pixels that are coded: mean and standard error in nats."""
    found = []
    for index, rows in parts(len(images), PART):
        x = torch.from_numpy(symbols(images[rows], protocol, index).astype(np.float32)).to(device)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (len(x), model.latents), device)
        log_likelihood, kl = model.parts_of_bound(x, eps)
        found.append(kl.sum(1) - log_likelihood)
    return mean_and_error(torch.cat(found).cpu().double().numpy())


# Coding.


def symbols(images: Images, protocol: Protocol, part: int) -> UInt8[np.ndarray, "n 1 28 28"]:
    """Return what is coded: grey levels, or a fixed draw of binary images, PART at a time."""
    if protocol.pixels == "grey":
        return images
    return dynamic_binarization(images, protocol.seed, Stream.EVALUATION_BINARIZE, part)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread: how a sum is shared among threads decides how it is rounded."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def initial_stack(latents: int, seed: int) -> Stack:
    """Return as many random bits as the latents of one image can ask for."""
    return filled(-(-latents * PRECISION // WORD), seed)


def write(images: Sequence[Symbols], model: LatentVariableModel, stack: Stack) -> bytes:
    """Encode images, one after another, and return the file."""
    for x in images:
        encode(stack, x, model)
    return to_bytes(stack)


def read(content: bytes, count: int, model: LatentVariableModel) -> tuple[list[Symbols], Stack]:
    """Decode that many images of a file; return them in the order in which they were encoded, and what is left."""
    stack = from_bytes(content)
    return [decode(stack, model) for _ in range(count)][::-1], stack


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train; code the test images into a file; decode it and compare; measure other compressors on the same pixels."""
    keep_freed_memory()
    dataset = load(protocol.data)
    test = dataset.test.images[: protocol.test_images]
    model = VAE(protocol.pixels, protocol.channels, protocol.hidden, protocol.latents, protocol.seed).to(place.device)
    curve = train(model, dataset.train.images[:], test, protocol, place)
    coded = np.concatenate([symbols(test[rows], protocol, part) for part, rows in parts(len(test), PART)])[:, 0]
    tables = Tables(deepcopy(model).cpu(), protocol.bits)
    first = initial_stack(protocol.latents, protocol.seed)
    images = list(coded.reshape(len(coded), -1).astype(np.int64))
    with one_thread():
        content = write(images, tables, initial_stack(protocol.latents, protocol.seed))
        again, left = read(content, len(images), tables)
    restored = sum(np.array_equal(one, other) for one, other in zip(again, images, strict=True))
    mean, error = bound(model, test, protocol, place.device)
    a_pixel = coded[0].size * log(2)
    rate = 8 * len(content) / coded.size
    printed = PRINTED.get((protocol.data, protocol.pixels))
    own = "not in the paper"
    quantities = [
        beside("coded, bits a pixel", rate, printed, "not read", "quoted by others", lower_is_better=True),
        Quantity("-bound, bits a pixel", mean / a_pixel, no_paper_value=own, standard_error=error / a_pixel),
        Quantity("coded above the bound, %", 100 * (rate * a_pixel / mean - 1), no_paper_value=own),
        Quantity("initial bits", first.bits, no_paper_value=own),
        Quantity("images restored bit for bit, %", 100 * restored / len(images), no_paper_value=own),
        Quantity("initial bits restored, 1 = all", float(left == first), no_paper_value=own),
        *(Quantity(f"{name}, bits a pixel", size, no_paper_value=own) for name, size in rivals(coded, protocol)),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)


def rivals(coded: UInt8[np.ndarray, "n h w"], protocol: Protocol) -> Iterator[tuple[str, float]]:
    """Yield bits a pixel of other compressors, which get binary images as bits."""
    yield from sizes(coded.astype(bool) if protocol.pixels == "binary" else coded)
