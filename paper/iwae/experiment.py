"""Burda, Grosse & Salakhutdinov 2015, "Importance Weighted Autoencoders" (arXiv 1509.00519), read from top to bottom.

Names are the paper's symbols: h are the latents (h1 next to x, h2 above it), k samples of them are drawn for each
image, w are the importance weights. Equation numbers stand beside the lines. All figures are in nats per image.

What is done otherwise than in the paper, and said in every result:

* ``short`` is a budget for a processor core: minibatches of 100 instead of 20, a step size that falls geometrically
  from 2e-3 to 2e-4 over fewer epochs, and matrix products in bfloat16 while training (never while measuring).
  ``gpu`` is a budget for ten minutes of a GPU: as many epochs as in the paper, with minibatches of 200, a step size
  that falls from 3e-3 to 1e-4, and bfloat16 too. ``paper`` is the paper's own: 3,280 epochs in eight stages, float32.
* The stages keep their shares of the run if a run is given another length.
* The biases of the pixels start at the logits of the mean training image, as in the authors' code.
* Omniglot is the authors' archive at 28x28, split by alphabet, not the split that the paper used; its numbers are
  not comparable, and none of the paper's stands beside them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import log
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn
from torch.distributions import Normal
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.data.binarization import dynamic_binarization
from common.errors import InvalidArgument, OperationFailed
from common.metrics import active_units
from common.streams import Stream, normal
from paper.kit.adam import adam
from paper.kit.bernoulli import log_likelihood as bernoulli
from paper.kit.captured import ResidentSteps, standard_normal
from paper.kit.curve import mean_and_error
from paper.kit.device import best_device, compiled, gpu_name
from paper.kit.followed import follow
from paper.kit.precision import products
from paper.kit.protocol import check_fields
from paper.kit.results import Quantity, Result
from paper.kit.run import Run
from paper.kit.steps import geometric, set_step_size

TITLE = "Burda et al. 2015"
HEADLINE = ("mnist_objective-iwae_k-50_gpu", "-L_5000, test")

# Section 5 and appendix C: the experiments, as data.


@dataclass(frozen=True)
class Protocol:
    """Everything that decides a result.

    ``samples`` counts training images, repeats included. ``objective`` "vae" averages k estimates of the ELBO, "iwae"
    is L_k. The likelihood is -L_5000 of the first ``test_images``; the curve shows L_k of the first ``evaluated``
    images of either set.
    """

    data: Literal["mnist", "binarized_mnist", "omniglot", "digits"] = "mnist"
    layers: Literal["1", "2"] = "1"
    objective: Literal["vae", "iwae"] = "iwae"
    k: int = 1
    M: int = 20
    schedule: Literal["stages", "geometric"] = "stages"
    step_size: float = 1e-3
    final_step_size: float = 1e-4
    epsilon: float = 1e-4
    samples: int = 3280 * 60_000
    precision: Literal["float32", "bfloat16"] = "float32"
    seed: int = 0
    evaluated: int = 1000
    test_images: int = 10_000
    likelihood_draws: int = 5000

    def __post_init__(self) -> None:
        check_fields(self)
        if self.samples < self.M:
            raise InvalidArgument("samples", self.samples, f"at least one minibatch of {self.M}")


PAPER = {name: Protocol(data=name) for name in ("mnist", "binarized_mnist", "omniglot", "digits")}


def short(given: dict[str, Any]) -> dict[str, Any]:
    """Return what changes for half an hour on a processor core: the more samples of h, the fewer passes over MNIST."""
    k = given.get("k", 1)
    return {
        "samples": (400 if k == 1 else max(1, 1000 // k)) * 60_000,
        "M": 100,
        "schedule": "geometric",
        "step_size": 2e-3,
        "final_step_size": 2e-4,
        "precision": "bfloat16",
    }


GPU = {
    "samples": 3280 * 60_000,
    "M": 200,
    "schedule": "geometric",
    "step_size": 3e-3,
    "final_step_size": 1e-4,
    "precision": "bfloat16",
}
BUDGETS = {"short": short, "gpu": GPU, "paper": {"samples": 3280 * 60_000}}

NLL = {
    # Table 1 (binarised anew) and table 3 (fixed binarisation): (data, layers, objective, k) -> -L_5000
    **{("mnist", "1", "vae", k): value for k, value in ((1, 86.76), (5, 86.47), (50, 86.35))},
    **{("mnist", "1", "iwae", k): value for k, value in ((1, 86.76), (5, 85.54), (50, 84.78))},
    **{("mnist", "2", "vae", k): value for k, value in ((1, 85.33), (5, 85.01), (50, 84.78))},
    **{("mnist", "2", "iwae", k): value for k, value in ((1, 85.33), (5, 83.89), (50, 82.90))},
    **{("binarized_mnist", "1", "vae", k): value for k, value in ((1, 88.71), (5, 88.83), (50, 89.05))},
    **{("binarized_mnist", "1", "iwae", k): value for k, value in ((1, 88.71), (5, 87.63), (50, 87.10))},
    **{("binarized_mnist", "2", "vae", k): value for k, value in ((1, 88.08), (5, 87.63), (50, 87.86))},
    **{("binarized_mnist", "2", "iwae", k): value for k, value in ((1, 88.08), (5, 86.17), (50, 85.32))},
}

# Section 5: the networks. Every block has two hidden layers of tanh units.


class Gaussian(nn.Module):
    """N(mu, sigma^2) of its argument, sigma = exp of a linear function."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.hidden = _two_layers(inputs, hidden)
        self.mu, self.log_sigma = nn.Linear(hidden, outputs), nn.Linear(hidden, outputs)

    def forward(self, x: Float[Tensor, "*n inputs"]) -> Normal:
        """Return the distribution, in the precision of x at least."""
        a = self.hidden(x)
        return Normal(self.mu(a).to(x.dtype), self.log_sigma(a).to(x.dtype).exp(), validate_args=False)


class Model(nn.Module):
    """q(h | x) = q(h1 | x) q(h2 | h1) (eq. 2) and p(x, h) = p(h2) p(h1 | h2) p(x | h1) (eq. 1), one or two layers."""

    def __init__(self, protocol: Protocol, images: UInt8[np.ndarray, "N 1 h w"]) -> None:
        super().__init__()
        mean = torch.from_numpy(images.mean(axis=0).ravel() / 255).clamp(0.001, 0.999)
        D = len(mean)
        sizes = {"1": (50,), "2": (100, 50)}[protocol.layers]
        self.sizes = sizes
        self.q = nn.ModuleList([Gaussian(D, 200, sizes[0]), *(Gaussian(100, 100, 50) for _ in sizes[1:])])
        self.p = nn.ModuleList([Gaussian(50, 100, 100) for _ in sizes[1:]])
        logits = nn.Linear(200, D)
        self.x = nn.Sequential(_two_layers(sizes[0], 200), logits)
        for index, (name, parameter) in enumerate(self.named_parameters()):
            parameter.data.copy_(torch.from_numpy(_glorot(name, tuple(parameter.shape), protocol.seed, index)))
        logits.bias.data.copy_(mean.logit())

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return next(self.parameters()).device

    def forward(self, x: Float[Tensor, "M D"], eps: Float[Tensor, "k M noise"]) -> Float[Tensor, "k M"]:
        """Return log w = log p(x, h) - log q(h | x) of every sample."""
        log_w, below = x.new_zeros(()), x[:, None]
        h = []
        for q, noise in zip(self.q, eps.transpose(0, 1).split(self.sizes, dim=-1), strict=True):
            given_below = q(below)
            below = given_below.loc + given_below.scale * noise
            h.append(below)
            log_w = log_w - given_below.log_prob(below).sum(-1)
        prior = Normal(x.new_zeros(()), x.new_ones(()), validate_args=False)  # on x's device, or no graph captures it
        log_w = log_w + prior.log_prob(h[-1]).sum(-1)
        for p, lower, upper in zip(self.p, h, h[1:], strict=False):
            log_w = log_w + p(upper).log_prob(lower).sum(-1)
        return (log_w + bernoulli(self.x(h[0]), x)).transpose(0, 1)


def _two_layers(inputs: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())


def _glorot(name: str, shape: tuple[int, ...], seed: int, index: int) -> np.ndarray:
    """Return weights of variance 2 / (fan in + fan out), and biases of 0."""
    if name.endswith("bias"):
        return np.zeros(shape)
    return normal(seed, Stream.INITIAL, index, shape) * np.sqrt(2 / sum(shape))


# Sections 2 and 3: the objectives, one value an image.


def elbo(log_w: Float[Tensor, "k M"]) -> Float[Tensor, " M"]:
    """Return the mean of k estimates of the ELBO (eq. 3)."""
    return log_w.mean(0)


def L_k(log_w: Float[Tensor, "k M"]) -> Float[Tensor, " M"]:  # noqa: N802
    """Return log (1/k) sum_i w_i (eq. 8); its gradient weighs sample i by w_i / sum_j w_j (eq. 14)."""
    return log_w.logsumexp(0) - log(len(log_w))


# Section 5: training.


def step_size(protocol: Protocol, progress: float) -> float:
    """Return the step size at ``progress`` (0 to 1) of a run.

    Stages: 10^(-i/7) times the first one for 3^i of 3,280 epochs, i = 0 to 7 (section 5).
    """
    if protocol.schedule != "geometric":
        ends = np.cumsum([3**i for i in range(8)]) / 3280
        progress = min(int(np.searchsorted(ends, progress, side="right")), 7) / 7
    return geometric(protocol.step_size, protocol.final_step_size, progress)


def draw(
    model: Model, images: UInt8[np.ndarray, "n 1 h w"], protocol: Protocol, stream: Stream, index: int
) -> Float[Tensor, "n D"]:
    """Draw x anew, where the model is; images of 0 and 255 stay as they are."""
    x = dynamic_binarization(images, protocol.seed, stream, index).astype(np.float32)
    return torch.from_numpy(x).flatten(1).to(model.device)


def noise(model: Model, protocol: Protocol, stream: Stream, index: int, k: int, M: int) -> Float[Tensor, "k M latents"]:
    """Draw eps ~ N(0, I) for all layers, where the model is."""
    return standard_normal(protocol.seed, stream, index, (k, M, sum(model.sizes)), model.device)


def train(
    model: Model, optimizer: Adam, images: UInt8[np.ndarray, "N 1 h w"], protocol: Protocol, first_step: int
) -> Iterator[dict[str, Any]]:
    """Take the steps of a protocol from ``first_step`` on; yield the number of steps taken and the bound."""
    device = model.device
    ascend = partial(_ascend, compiled(mean_bound(model, protocol), device), optimizer)

    def on_host(rows: Int64[np.ndarray, " M"], step: int) -> Tensor:
        x = draw(model, images[rows], protocol, Stream.BINARIZE, step)
        return ascend(x, noise(model, protocol, Stream.NOISE, step, protocol.k, protocol.M))

    shape = (protocol.k, protocol.M, sum(model.sizes))
    take = on_host if device.type == "cpu" else ResidentSteps(images, ascend, shape, device, protocol.seed, first_step)
    look = 1 if device.type == "cpu" else 100  # to look at a number is to wait for the GPU
    steps = protocol.samples // protocol.M
    for step in range(first_step, steps):
        set_step_size(optimizer, step_size(protocol, step / steps))
        bound = take(batch_indices(protocol.seed, step, len(images), protocol.M), step)
        if step % look == 0 and not bound.isfinite():
            raise OperationFailed(f"the bound became {bound.item()} at step {step}.", "Lower --step-size.")
        yield {"step": step + 1, "bound": bound}


def mean_bound(model: Model, protocol: Protocol) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the objective of a protocol, a function of x, shape (M, D), and eps, shape (k, M, latents)."""
    objective = {"vae": elbo, "iwae": L_k}[protocol.objective]

    def of_minibatch(x: Tensor, eps: Tensor) -> Tensor:
        with products(protocol.precision, x.device.type):
            return objective(model(x, eps)).mean()

    return of_minibatch


def _ascend(objective: Callable[[Tensor, Tensor], Tensor], optimizer: Adam, x: Tensor, eps: Tensor) -> Tensor:
    bound = objective(x, eps)
    optimizer.zero_grad()
    (-bound).backward()
    optimizer.step()
    return bound.detach()


# Section 5: what is measured.


@torch.no_grad()
def bound(model: Model, protocol: Protocol, images: UInt8[np.ndarray, "n 1 h w"]) -> Float[np.ndarray, " n"]:
    """Estimate L_k of every image, with the k of the protocol."""
    values = []
    for index, start in enumerate(range(0, len(images), 100)):
        x = draw(model, images[start : start + 100], protocol, Stream.EVALUATION_BINARIZE, index)
        values.append(
            L_k(model(x, noise(model, protocol, Stream.EVALUATION_NOISE, index, protocol.k, len(x)))).cpu().numpy()
        )
    return np.concatenate(values).astype(np.float64)


@torch.no_grad()
def log_likelihood(model: Model, images: UInt8[np.ndarray, "n 1 h w"], protocol: Protocol) -> Float[np.ndarray, " n"]:
    """Estimate log p(x) of every image by L_5000: in expectation, a lower bound."""
    draws_at_once, values = 250, []
    for number, start in enumerate(range(0, len(images), 20)):
        x = draw(model, images[start : start + 20], protocol, Stream.EVALUATION_BINARIZE, 2**32 + number)
        parts = []
        for first in range(0, protocol.likelihood_draws, draws_at_once):
            count = min(draws_at_once, protocol.likelihood_draws - first)
            index = 2**32 + number * protocol.likelihood_draws + first  # beyond the indices of `bound`
            parts.append(model(x, noise(model, protocol, Stream.EVALUATION_NOISE, index, count, len(x))).double())
        values.append(L_k(torch.cat(parts)).cpu().numpy())
    return np.concatenate(values)


@torch.no_grad()
def active(model: Model, images: UInt8[np.ndarray, "n 1 h w"], protocol: Protocol) -> list[int]:
    """Count the active units of every layer: Cov_x(E_q[u | x]) > 0.01 (section 5.2).

    Above the first layer the expectation over q(h1 | x) is taken with 50 samples.
    """
    means: list[list[np.ndarray]] = [[] for _ in model.sizes]
    for index, start in enumerate(range(0, len(images), 100)):
        x = draw(model, images[start : start + 100], protocol, Stream.EVALUATION_BINARIZE, 2**40 + index)
        below = model.q[0](x)
        means[0].append(below.loc.cpu().numpy())
        eps = noise(model, protocol, Stream.EVALUATION_NOISE, 2**40 + index, 50, len(x))
        h = below.loc + below.scale * eps[..., : model.sizes[0]]
        for layer, q in enumerate(model.q[1:], 1):
            means[layer].append(q(h).loc.mean(0).cpu().numpy())
    return [active_units(np.concatenate(part)) for part in means]


def reproduce(
    protocol: Protocol,
    folder: Path | None = None,
    on_step: Callable[[int], None] = lambda step: None,
    save_seconds: float = 60.0,
) -> Result:
    """Train by a protocol; measure L_k along the way, and -L_5000 and the active units at the end (tables 1 and 3).

    Arguments and errors are those of `paper.kit.paper.Reproduce`.
    """
    dataset = load(protocol.data)
    train_images, test_images = dataset.train.images[:], dataset.test.images[: protocol.test_images]
    keep_freed_memory()
    model = Model(protocol, train_images).to(best_device())
    optimizer = adam(model, protocol.step_size, protocol.epsilon)
    state = Run(protocol, model, optimizer, folder, save_seconds)
    sets = {"train": train_images, "test": test_images}
    steps = partial(train, model, optimizer, train_images, protocol)
    follow(state, steps, partial(bound, model, protocol), sets, protocol, on_step)
    mean, error = mean_and_error(-log_likelihood(model, test_images, protocol))
    quantities = [_beside_the_paper(protocol, mean, error)]
    for layer, count in enumerate(active(model, test_images, protocol), 1):
        name = f"active units, layer {layer}"
        quantities.append(Quantity(name, ours=count, no_paper_value="compare at the paper's budget only"))
    return Result(protocol, quantities, state.curve, state.seconds, dataset.checksum, model, gpu_name())


def _beside_the_paper(protocol: Protocol, mean: float, error: float) -> Quantity:
    name = f"-L_{protocol.likelihood_draws}, test"
    value = NLL.get((protocol.data, protocol.layers, protocol.objective, protocol.k))
    reason = "" if value is not None else "not in tables 1 and 3"
    return Quantity(name, mean, value, reason, standard_error=error)
