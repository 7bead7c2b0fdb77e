"""The mean-field VAE of github.com/altosaar/variational-autoencoder on fixed binarised MNIST.

Not a paper, but a repository with a protocol and a number that many compare with: -log p(x) at most 97.10 on the test
images of Larochelle's fixed binarisation. Figures are in nats per image.

What its page says: 128 latents; two hidden layers of 256 ReLU units on either side; minibatches of 128; centred
RMSprop, step size 1e-3, on the bound summed over the minibatch; the bound estimated with one sampled z, its KL
divergence too; training until the bound on validation images has stopped improving; log p(x) with 128 samples.

What is done otherwise, and where that page says nothing:

* The run has a fixed length, 65,000 minibatches as in the row that the page prints, and the parameters that were best
  on the validation images are measured. It can be killed and resumed.
* The weights start as in Glorot & Bengio 2010; sigma is the exponential of half of log sigma^2.
"""

from math import log
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.optim import RMSprop

from common.allocator import keep_freed_memory
from common.data import Dataset, load
from common.data.batches import batch_indices
from common.data.binarization import static_binarization
from common.errors import InvalidArgument
from common.streams import Stream
from paper.altosaar.model import Model
from paper.kit.best import Best
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import noise, parts
from paper.kit.health import gradient_norm, kl_per_latent
from paper.kit.place import Place
from paper.kit.protocol import Count, Positive, Whole, protocol
from paper.kit.results import Result, beside
from paper.kit.steps import descend

TITLE = "altosaar (repository)"
HEADLINE = ("binarized_mnist_short", "log p(x), test")
READ_IN = "its page, 65,000 steps"
PRINTED = {"log p(x), test": -97.10, "bound, test": -103.31}

Images = UInt8[np.ndarray, "_n 1 h w"]


@protocol
class Protocol:
    """Everything that decides a result."""

    data: Literal["binarized_mnist", "digits"] = "binarized_mnist"
    """data set"""
    latents: Count = 128
    """latents of an image"""
    hidden: Count = 256
    """units of each hidden layer"""
    M: Count = 128
    """images of a minibatch"""
    step_size: Positive = 1e-3
    """step size of RMSprop"""
    samples: Count = 65_000 * 128
    """training images, repeats included"""
    validations: Count = 65
    """how often the bound on the validation images is measured"""
    likelihood_draws: Count = 128
    """samples of z for each image in the estimate of log p(x)"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        if self.samples < self.M * self.validations:
            raise InvalidArgument("samples", self.samples, f"at least {self.validations} minibatches of {self.M}")

    @property
    def steps(self) -> int:
        """The number of minibatches."""
        return self.samples // self.M


PAPER = {name: Protocol(data=name) for name in ("binarized_mnist", "digits")}
BUDGETS: dict[str, dict[str, Any]] = {"short": {}, "paper": {}}


def train(model: Model, images: Images, validation: Images, protocol: Protocol, place: Place) -> tuple[Model, Curve]:
    """Take the steps that are left; return the model that was best on the validation images, and its curve there."""
    optimizer = RMSprop(model.parameters(), protocol.step_size, centered=True)
    best, points = Best(model), evenly(protocol.steps, protocol.validations)
    shape = (protocol.M, 1, protocol.latents)
    with place.stage("vae", protocol.steps) as stage:
        stage.keep(model=model, best=best, optimizer=optimizer)
        for step in stage:
            x = pixels(images[batch_indices(protocol.seed, step, len(images), protocol.M)], place.device)
            eps = noise(protocol.seed, Stream.NOISE, step, shape, place.device)
            bounds = model(x, eps)
            descend(-bounds.sum(), optimizer)
            found = {}
            if step + 1 in points:
                value = float(log_weights(model, validation, protocol, 1, place.device).mean())
                best.offer(model, value)
                note(stage.curve, {"steps": step + 1, "validation": value})
                found = {"validation_elbo": value}
            if stage.logs or found:
                kl, norm = kl_per_latent(model.posterior(x)), gradient_norm(model)
                stage.log(elbo=bounds.mean(), kl_per_latent=kl, gradient_norm=norm, **found)
    return best.network, stage.curve


def fixed_sets(dataset: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the training, validation and test images, 0 or 255; grey ones are binarised once and for all."""
    if dataset.validation is None:
        train, validation = dataset.hold_out(len(dataset.train) // 6)
    else:
        train, validation = dataset.train, dataset.validation
    splits = (train, validation, dataset.test)
    training, validating, testing = (static_binarization(split.images, seed=0) for split in splits)
    return training, validating, testing


def pixels(images: Images, device: torch.device) -> Float[Tensor, "n D"]:
    """Return the images as rows of zeros and ones."""
    return torch.from_numpy((images > 0).astype(np.float32)).flatten(1).to(device)


@torch.no_grad()
def log_weights(model: Model, images: Images, protocol: Protocol, k: int, device: torch.device) -> Float[Tensor, "n k"]:
    """Return log p(x, z) - log q(z | x) for k samples of z for each image, in float64."""
    values = []
    for _, rows in parts(len(images), 100):
        x = pixels(images[rows], device)
        index = k * 2**32 + rows.start  # the numbers of one k are never those of another
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (len(x), k, protocol.latents), device)
        values.append(model(x, eps).cpu().double())
    return torch.cat(values)


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure the bound and log p(x) of the test images, at the best validation bound."""
    keep_freed_memory()
    dataset = load(protocol.data)
    images, validation, test = fixed_sets(dataset)
    model = Model(images[0].size, protocol.hidden, protocol.latents, protocol.seed).to(place.device)
    best, curve = train(model, images, validation, protocol, place)
    k = protocol.likelihood_draws
    log_w = log_weights(best, test, protocol, k, place.device)
    found = {"log p(x), test": log_w.logsumexp(1) - log(k), "bound, test": log_w.mean(1)}
    quantities = []
    for name, values in found.items():
        mean, error = mean_and_error(values.numpy())
        known = printed(protocol, name)
        quantities.append(beside(name, mean, known, "other images", READ_IN, error, lower_is_better=False))
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, best)


def printed(protocol: Protocol, quantity: str) -> float | None:
    """Return what the page prints, for its own data."""
    return PRINTED[quantity] if protocol.data == "binarized_mnist" else None
