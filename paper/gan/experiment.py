"""Goodfellow et al. 2014, "Generative adversarial nets" (arXiv 1406.2661), with networks like DCGAN, on grey digits.

A generator G makes images of noise; a discriminator D learns to tell them from data, and G to deceive it. Neither has a
likelihood, so the result has none: it has costs, and the quality of samples.

What is done otherwise than in the paper, and in Radford et al. 2016 (arXiv 1511.06434):

* Two convolutions a network, for 28 x 28 pixels; pixels are a sigmoid, which is DCGAN's tanh between 0 and 1.
* D sees real and generated images as one minibatch, so its batch norm takes its statistics over both.
* G and D take their steps at once, from the same minibatch, D a smaller one; step sizes fall geometrically.
* Weights start as everywhere in the course (Glorot & Bengio 2010), and not with a standard deviation of 0.02.

Samples are measured as those of all models that are compared: pixels of 0 and 1, in features of the course's
classifier. ``compared`` is a budget of about 300 processor seconds of training.
"""

from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument
from common.streams import Stream
from paper.gan.model import Networks, lessons
from paper.gan.modes import modes
from paper.judge.classifier import JUDGE_SEED, Training
from paper.judge.measures import ProcessorTime, costs, quality, timed
from paper.kit.curve import Curve, evenly, note
from paper.kit.draws import CPU, grey, noise
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Share, Whole, protocol
from paper.kit.results import Result
from paper.kit.steps import geometric, set_step_size
from paper.parts.adversary import teach

TITLE = "Goodfellow et al. 2014"
HEADLINE = ("mnist_compared", "Frechet distance to test images, samples")
PART = 500
"""Images that are generated at a time."""

Images = UInt8[np.ndarray, "n 1 28 28"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    N_z: Count = 64
    """numbers of noise that an image is made of"""
    channels: Count = 32
    """channels of D's first convolution, half of those of its second; G's are the same in reverse"""
    M: Count = 100
    """images of a minibatch, and as many generated ones"""
    step_size: Positive = 1e-3
    """step size of Adam at first, for G"""
    d_share: Share = 0.5
    """what the step size is multiplied by for D"""
    decay: Share = 0.1
    """what step sizes are multiplied by in the end"""
    beta1: Share = 0.5
    """what Adam's first moment keeps in a step"""
    samples: Count = 50 * 60_000
    """training images, repeats included"""
    training_images: Count = 60_000
    """how many of the first training images are used"""
    generated: Compared = 1000
    """samples whose quality is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained whose features are compared"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.beta1 == 1:
            raise InvalidArgument("beta1", self.beta1, "a number below 1")


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
COMPARED = {"samples": 500_000, "precision": "bfloat16"}
BUDGETS = {"compared": COMPARED, "short": COMPARED | {"samples": 3_000_000}, "paper": {}}


def train(networks: Networks, images: Images, protocol: Protocol, place: Place) -> tuple[Curve, float]:
    """Let G and D play, and leave both in ``eval`` mode.

    Returns the losses and the answers of D along the way, and the processor time in seconds.
    """
    seed, device, watch, points = protocol.seed, place.device, ProcessorTime(), evenly(protocol.steps, 20)
    shares, betas = {"G": 1.0, "D": protocol.d_share}, (protocol.beta1, 0.999)
    optimizers = {name: Adam(one.parameters(), betas=betas, fused=True) for name, one in networks.named_children()}
    networks.train()
    with place.stage("networks", protocol.steps) as stage:
        stage.keep(networks=networks, watch=watch, **optimizers)
        for step in stage:
            x = grey(images[batch_indices(seed, step, len(images), protocol.M)], device)
            z = noise(seed, Stream.NOISE, step, (len(x), protocol.N_z), device)
            with products(protocol.precision, device):
                taught, numbers = lessons(networks, x, z)
            teach(taught)
            step_size = geometric(protocol.step_size, protocol.decay * protocol.step_size, step / protocol.steps)
            for name, optimizer in optimizers.items():
                set_step_size(optimizer, shares[name] * step_size)
                optimizer.step()
            if stage.logs:
                stage.log(**numbers, gradient_norm=gradient_norm(networks))
            if step + 1 in points:
                noted = {name: value.item() for name, value in numbers.items()}
                note(stage.curve, {"samples": (step + 1) * protocol.M, **noted})
        seconds = watch.seconds
    networks.eval()
    return stage.curve, seconds


@torch.no_grad()
def generate(
    networks: Networks, count: int, seed: int, stream: Stream = Stream.EVALUATION_NOISE, device: torch.device = CPU
) -> Float[Tensor, "n 1 28 28"]:
    """Return images for noise."""
    z = noise(seed, stream, 0, (count, networks.N_z), device)
    return torch.cat([networks.G(part) for part in z.split(PART)])


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train, and measure what samples cost, how good they are and which digits they are of."""
    keep_freed_memory()
    dataset, device, seed = load(protocol.data), place.device, protocol.seed
    networks = Networks(protocol.channels, protocol.N_z, seed).to(device)
    curve, training = train(networks, dataset.train.images[: protocol.training_images], protocol, place)
    x, seconds = timed(lambda: generate(networks, protocol.generated, seed, device=device))
    classifier = Training(protocol.data, protocol.classifier_steps, JUDGE_SEED)
    quantities = [
        *costs(networks, training, seconds * 1000 / protocol.generated),
        *quality(x, dataset, classifier, place),
        *modes(x, dataset, classifier, place),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, networks)
