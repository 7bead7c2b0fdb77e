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

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import log
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.distributions import Normal
from torch.optim import RMSprop

from common.allocator import keep_freed_memory
from common.data import Dataset, load
from common.data.batches import batch_indices
from common.data.binarization import static_binarization
from common.errors import InvalidArgument, OperationFailed
from common.objective import LOGVAR_MAX, LOGVAR_MIN
from common.streams import Stream, normal
from paper.kit.bernoulli import log_likelihood
from paper.kit.best import Chosen, choose
from paper.kit.curve import mean_and_error
from paper.kit.initial import draw_parameters
from paper.kit.protocol import check_fields
from paper.kit.results import Quantity, Result
from paper.kit.run import Run

TITLE = "altosaar (repository)"
HEADLINE = ("binarized_mnist_short", "log p(x), test")
READ_IN = "its page, 65,000 steps"
PRINTED = {"log p(x), test": -97.10, "bound, test": -103.31}


@dataclass(frozen=True)
class Protocol:
    """Everything that decides a result; ``samples`` counts training images, repeats included.

    ``validations`` is how often the bound on the validation images is measured, ``likelihood_draws`` the number of
    samples of z in the estimate of log p(x).
    """

    data: Literal["binarized_mnist", "digits"] = "binarized_mnist"
    latents: int = 128
    hidden: int = 256
    M: int = 128
    step_size: float = 1e-3
    samples: int = 65_000 * 128
    validations: int = 65
    likelihood_draws: int = 128
    seed: int = 0

    def __post_init__(self) -> None:
        check_fields(self)
        if self.samples < self.M * self.validations:
            raise InvalidArgument("samples", self.samples, f"at least {self.validations} minibatches of {self.M}")


PAPER = {name: Protocol(data=name) for name in ("binarized_mnist", "digits")}
BUDGETS: dict[str, dict[str, Any]] = {"short": {}, "paper": {}}


class Model(nn.Module):
    """p(z) = N(0, I), p(x | z) = Bernoulli, q(z | x) = N(mu, sigma^2)."""

    def __init__(self, protocol: Protocol, D: int) -> None:
        super().__init__()
        self.q = _network(D, protocol.hidden, 2 * protocol.latents)
        self.p = _network(protocol.latents, protocol.hidden, D)
        draw_parameters(self, protocol.seed)

    def forward(self, x: Float[Tensor, "M D"], eps: Float[Tensor, "M k latents"]) -> Float[Tensor, "M k"]:
        """Return log p(x | z) + log p(z) - log q(z | x) of every sample, estimates of the bound."""
        mu, log_sigma2 = self.q(x).chunk(2, dim=1)
        sigma = (log_sigma2.clamp(LOGVAR_MIN, LOGVAR_MAX) / 2).exp()
        q = Normal(mu[:, None], sigma[:, None], validate_args=False)
        z = q.loc + q.scale * eps
        log_ratio = Normal(0.0, 1.0, validate_args=False).log_prob(z) - q.log_prob(z)
        return log_likelihood(self.p(z), x) + log_ratio.sum(-1)


def _network(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, outputs)
    )


def train(
    model: Model, optimizer: RMSprop, images: UInt8[np.ndarray, "N 1 h w"], protocol: Protocol, first_step: int
) -> Iterator[dict[str, Any]]:
    """Take the steps of a protocol from ``first_step`` on; yield the number of steps taken and the bound."""
    for step in range(first_step, protocol.samples // protocol.M):
        x = pixels(images[batch_indices(protocol.seed, step, len(images), protocol.M)])
        bound = model(x, noise(protocol, Stream.NOISE, step, len(x), 1)).sum()
        if not bound.isfinite():
            raise OperationFailed(f"the bound became {bound.item()} at step {step}.", "Lower --step-size.")
        optimizer.zero_grad()
        (-bound).backward()
        optimizer.step()
        yield {"step": step + 1, "bound": bound.item() / len(x)}


def fixed_sets(dataset: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the training, validation and test images, 0 or 255; grey ones are binarised once and for all."""
    if dataset.validation is None:
        train, validation = dataset.hold_out(len(dataset.train) // 6)
    else:
        train, validation = dataset.train, dataset.validation
    splits = (train, validation, dataset.test)
    training, validating, testing = (static_binarization(split.images, seed=0) for split in splits)
    return training, validating, testing


def pixels(images: UInt8[np.ndarray, "n 1 h w"]) -> Float[Tensor, "n D"]:
    """Return the images as rows of zeros and ones."""
    return torch.from_numpy((images > 0).astype(np.float32)).flatten(1)


def noise(protocol: Protocol, stream: Stream, index: int, M: int, k: int) -> Float[Tensor, "M k latents"]:
    """Draw eps ~ N(0, I)."""
    return torch.from_numpy(normal(protocol.seed, stream, index, (M, k, protocol.latents)).astype(np.float32))


@torch.no_grad()
def log_weights(model: Model, images: UInt8[np.ndarray, "n 1 h w"], protocol: Protocol, k: int) -> Tensor:
    """Return log p(x, z) - log q(z | x) for k samples of z for each image, shape (n, k), in float64."""
    parts = []
    for start in range(0, len(images), 100):
        x = pixels(images[start : start + 100])
        index = k * 2**32 + start  # the numbers of one k are never those of another
        parts.append(model(x, noise(protocol, Stream.EVALUATION_NOISE, index, len(x), k)).double())
    return torch.cat(parts)


def reproduce(
    protocol: Protocol,
    folder: Path | None = None,
    on_step: Callable[[int], None] = lambda step: None,
    save_seconds: float = 30.0,
) -> Result:
    """Train by a protocol; measure the bound and log p(x) of the test images, at the best validation bound.

    Arguments and errors are those of `paper.kit.paper.Reproduce`.
    """
    keep_freed_memory()
    dataset = load(protocol.data)
    images, validation, test = fixed_sets(dataset)
    model = Chosen(Model(protocol, D=images[0].size))
    optimizer = RMSprop(model.now.parameters(), protocol.step_size, centered=True)
    run = Run(protocol, model, optimizer, folder, save_seconds)
    steps = protocol.samples // protocol.M
    validate = partial(_bound, model.now, validation, protocol)
    training = train(model.now, optimizer, images, protocol, run.step)
    for record in run.keep(choose(training, model, validate, run.curve, steps, protocol.validations)):
        on_step(record["step"])
    k = protocol.likelihood_draws
    log_w = log_weights(model.best, test, protocol, k)
    quantities = [
        _beside_the_page(protocol, "log p(x), test", log_w.logsumexp(1) - log(k)),
        _beside_the_page(protocol, "bound, test", log_w.mean(1)),
    ]
    return Result(protocol, quantities, run.curve, run.seconds, dataset.checksum, model.best)


def _bound(model: Model, images: UInt8[np.ndarray, "n 1 h w"], protocol: Protocol) -> float:
    return float(log_weights(model, images, protocol, 1).mean())


def _beside_the_page(protocol: Protocol, name: str, values: Float[Tensor, " n"]) -> Quantity:
    mean, error = mean_and_error(values.numpy())
    if protocol.data == "digits":
        return Quantity(name, mean, no_paper_value="other images", standard_error=error)
    return Quantity(name, mean, PRINTED[name], source=READ_IN, standard_error=error)
