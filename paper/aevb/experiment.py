"""Kingma & Welling 2013, "Auto-Encoding Variational Bayes" (arXiv 1312.6114), read from top to bottom.

Names are the paper's symbols: x has D pixels, z has J latents, a minibatch M images, the training set N; L draws of
z are made for each image. Equation numbers stand beside the lines. All figures are in nats per image.

What the paper leaves open, and what is done here:

* N(0, 0.01), from which all parameters start, is read as variance 0.01, since the second argument of the paper's
  N(z; mu, sigma^2 I) is a variance.
* Of the step sizes {0.01, 0.02, 0.1}, 0.01 has the best bound on the training set after 30,000 images, for MNIST and
  for Frey Face (20 latents).
* p(theta) = N(0, I) is a prior on theta, the decoder; phi, the encoder, has none and does not decay.
* MNIST is binarised anew at each draw; the paper has no word on binarisation.
* Frey Face has 256 grey levels. A density on them has no upper bound, since a Gaussian may shrink onto one level.
  So noise within a level is added, anew at each draw (`dequantize`); the bound then stays below D log 256 = 3105
  nats. The paper mentions nothing of the kind, and no floor under sigma either.
* Frey Face has no split. 200 of the 1,965 frames, shuffled with a fixed seed, are for testing; ``split="source"``
  takes the last 200 frames of the film instead, which look less like the others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.distributions import Bernoulli, Normal
from torch.optim import Adagrad

from common.data import load
from common.data.batches import batch_indices
from common.data.binarization import dynamic_binarization
from common.errors import InvalidArgument, OperationFailed
from common.metrics import importance_weighted_bound
from common.objective import LOGVAR_MAX, LOGVAR_MIN
from common.streams import Stream, normal
from paper.kit.curve import mean_and_error
from paper.kit.draws import dequantize, shuffled_split
from paper.kit.followed import follow
from paper.kit.protocol import check_fields
from paper.kit.results import Quantity, Result
from paper.kit.run import Run

TITLE = "Kingma & Welling 2013"
HEADLINE = ("mnist_latents-20_short", "bound, test")
NO_NUMBER = "curves only, fig. 2"

# Section 5: the experiments, as data.


@dataclass(frozen=True)
class Protocol:
    """Everything that decides a result.

    ``samples`` counts training images, repeats included, as the horizontal axis of fig. 2 does. The bound is
    evaluated on the first ``evaluated`` images of either set, log p(x) on the first ``likelihood_images`` test
    images with ``likelihood_draws`` of z for each.
    """

    data: Literal["mnist", "frey_face", "digits"] = "mnist"
    latents: int = 20
    hidden: int = 500
    step_size: float = 0.01
    M: int = 100
    L: int = 1
    estimator: Literal["A", "B"] = "B"
    samples: int = 10**6
    initial_std: float = 0.1
    split: Literal["source", "shuffled"] = "source"
    seed: int = 0
    evaluated: int = 10_000
    likelihood_images: int = 1000
    likelihood_draws: int = 500

    def __post_init__(self) -> None:
        check_fields(self)
        if self.samples < self.M:
            raise InvalidArgument("samples", self.samples, f"at least one minibatch of {self.M}")


PAPER = {
    "mnist": Protocol(),
    "frey_face": Protocol(data="frey_face", hidden=200, split="shuffled"),
    "digits": Protocol(data="digits", hidden=200),
}
BUDGETS = {"short": {"samples": 10**6}, "paper": {"samples": 10**8}}

# Section 3 and appendix C: the model.


class BernoulliMLP(nn.Module):
    """Appendix C.1: log p(x | z) = sum_i x_i log y_i + (1 - x_i) log(1 - y_i), here by the logits of y."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.W1, self.W2 = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)

    def forward(self, z: Float[Tensor, "*n inputs"]) -> Float[Tensor, "*n outputs"]:
        """Return W2 tanh(W1 z + b1) + b2, of which y is the sigmoid."""
        return self.W2(torch.tanh(self.W1(z)))  # eq. 11


class GaussianMLP(nn.Module):
    """Appendix C.2: mu and log sigma^2 of a Gaussian."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.W3, self.W4, self.W5 = (nn.Linear(*ab) for ab in ((inputs, hidden), (hidden, outputs), (hidden, outputs)))

    def forward(self, z: Float[Tensor, "*n inputs"]) -> tuple[Float[Tensor, "*n outputs"], Float[Tensor, "*n outputs"]]:
        """Return mu = W4 h + b4 and log sigma^2 = W5 h + b5 with h = tanh(W3 z + b3)."""
        h = torch.tanh(self.W3(z))
        return self.W4(h), self.W5(h)  # eq. 12


class Model(nn.Module):
    """The encoder q_phi(z | x) and the decoder p_theta(x | z); p(z) = N(0, I)."""

    def __init__(self, protocol: Protocol, D: int) -> None:
        super().__init__()
        decoder = GaussianMLP if protocol.data == "frey_face" else BernoulliMLP
        self.phi = GaussianMLP(D, protocol.hidden, protocol.latents)
        self.theta = decoder(protocol.latents, protocol.hidden, D)
        for index, parameter in enumerate(self.parameters()):
            draw = normal(protocol.seed, Stream.INITIAL, index, tuple(parameter.shape))
            parameter.data.copy_(torch.from_numpy(protocol.initial_std * draw))

    def q(self, x: Float[Tensor, "M D"]) -> Normal:
        """Return q(z | x) = N(mu, sigma^2 I)."""
        mu, log_sigma2 = self.phi(x)
        return Normal(mu, (log_sigma2.clamp(LOGVAR_MIN, LOGVAR_MAX) / 2).exp(), validate_args=False)  # eq. 9

    def p(self, z: Float[Tensor, "*n J"]) -> Bernoulli | Normal:
        """Return p(x | z); the mean of a Gaussian passes a sigmoid, to lie in (0, 1) (section 5)."""
        if isinstance(self.theta, BernoulliMLP):
            return Bernoulli(logits=self.theta(z), validate_args=False)
        mu, log_sigma2 = self.theta(z)
        return Normal(mu.sigmoid(), (log_sigma2 / 2).exp(), validate_args=False)


# Section 2.3: the SGVB estimators of the lower bound, one value an image, for eps ~ N(0, I).


def log_weights(model: Model, x: Float[Tensor, "M D"], eps: Float[Tensor, "L M J"]) -> Float[Tensor, "L M"]:
    """Return log p(x, z) - log q(z | x) of every draw."""
    q = model.q(x)
    z = q.loc + q.scale * eps  # eq. 4
    log_p_z = Normal(0.0, 1.0, validate_args=False).log_prob(z).sum(-1)
    return model.p(z).log_prob(x).sum(-1) + log_p_z - q.log_prob(z).sum(-1)


def L_A(model: Model, x: Float[Tensor, "M D"], eps: Float[Tensor, "L M J"]) -> Float[Tensor, " M"]:  # noqa: N802
    """Estimate the bound by sampling all of it."""
    return log_weights(model, x, eps).mean(0)  # eq. 6


def L_B(model: Model, x: Float[Tensor, "M D"], eps: Float[Tensor, "L M J"]) -> Float[Tensor, " M"]:  # noqa: N802
    """Estimate the bound with its KL divergence integrated by hand."""
    q = model.q(x)
    z = q.loc + q.scale * eps  # eq. 4
    return -D_KL(q) + model.p(z).log_prob(x).sum(-1).mean(0)  # eq. 7; written out, eq. 10


def D_KL(q: Normal) -> Float[Tensor, " M"]:  # noqa: N802
    """Return the KL divergence from q(z | x) to N(0, I)."""
    return -0.5 * (1 + 2 * q.scale.log() - q.loc**2 - q.scale**2).sum(-1)  # appendix B


# Algorithm 1 and section 5: stochastic gradient ascent with Adagrad, to the MAP estimate of theta.


def adagrad(model: Model, protocol: Protocol, N: int) -> Adagrad:
    """Return Adagrad for (L^M + log p(theta)) / N, with L^M = N/M sum_i L(x_i) (eq. 8).

    Per image the prior weighs 1/N: -d/dtheta log p(theta) / N = theta / N, a weight decay of 1/N. Adagrad's step
    does not depend on the scale of the objective, so dividing by N changes nothing.
    """
    groups = [{"params": model.phi.parameters()}, {"params": model.theta.parameters(), "weight_decay": 1 / N}]
    return Adagrad(groups, lr=protocol.step_size, fused=True)


def observe(images: UInt8[np.ndarray, "n 1 h w"], protocol: Protocol, stream: Stream, index: int) -> Tensor:
    """Draw x, shape (n, D): 0 or 1 for a Bernoulli decoder, in (0, 1) for a Gaussian one."""
    draw = dequantize if protocol.data == "frey_face" else dynamic_binarization
    return torch.from_numpy(draw(images, protocol.seed, stream, index).astype(np.float32)).flatten(1)


def noise(protocol: Protocol, stream: Stream, index: int, L: int, M: int) -> Float[Tensor, "L M J"]:
    """Draw eps ~ N(0, I)."""
    return torch.from_numpy(normal(protocol.seed, stream, index, (L, M, protocol.latents)).astype(np.float32))


def train(
    model: Model, optimizer: Adagrad, images: UInt8[np.ndarray, "N 1 h w"], protocol: Protocol, first_step: int
) -> Iterator[dict[str, Any]]:
    """Take the steps of a protocol from ``first_step`` on; yield the number of steps taken and the bound."""
    lower_bound = {"A": L_A, "B": L_B}[protocol.estimator]
    for step in range(first_step, protocol.samples // protocol.M):
        batch = images[batch_indices(protocol.seed, step, len(images), protocol.M)]
        x = observe(batch, protocol, Stream.BINARIZE, step)
        L = lower_bound(model, x, noise(protocol, Stream.NOISE, step, protocol.L, protocol.M)).mean()
        if not L.isfinite():
            raise OperationFailed(f"the bound became {L.item()} at step {step}.", "Lower --step-size.")
        optimizer.zero_grad()
        (-L).backward()
        optimizer.step()
        yield {"step": step + 1, "bound": L.item()}


# Section 5: what is measured.


@torch.no_grad()
def bound(model: Model, protocol: Protocol, images: UInt8[np.ndarray, "n 1 h w"]) -> Float[np.ndarray, " n"]:
    """Estimate the bound of every image, by L^B with one sampled z."""
    values = []
    for index, start in enumerate(range(0, len(images), 500)):
        x = observe(images[start : start + 500], protocol, Stream.EVALUATION_BINARIZE, index)
        values.append(L_B(model, x, noise(protocol, Stream.EVALUATION_NOISE, index, 1, len(x))).numpy())
    return np.concatenate(values).astype(np.float64)


@torch.no_grad()
def log_likelihood(model: Model, images: UInt8[np.ndarray, "n 1 h w"], protocol: Protocol) -> Float[np.ndarray, " n"]:
    """Estimate log p(x) of every image by importance sampling from q(z | x): in expectation, a lower bound."""
    values = []
    for index, start in enumerate(range(0, len(images), 20), start=2**32):  # beyond the indices of `bound`
        x = observe(images[start : start + 20], protocol, Stream.EVALUATION_BINARIZE, index)
        eps = noise(protocol, Stream.EVALUATION_NOISE, index, protocol.likelihood_draws, len(x))
        values.append(importance_weighted_bound(log_weights(model, x, eps).double().numpy()))
    return np.concatenate(values)


def reproduce(
    protocol: Protocol,
    folder: Path | None = None,
    on_step: Callable[[int], None] = lambda step: None,
    save_seconds: float = 30.0,
) -> Result:
    """Train by a protocol; measure the bound along the way (fig. 2) and log p(x) at the end.

    Arguments and errors are those of `paper.kit.paper.Reproduce`.
    """
    dataset = load(protocol.data)
    source = dataset.train.images[:], dataset.test.images[:]
    train_images, test_images = shuffled_split(dataset) if protocol.split == "shuffled" else source
    model = Model(protocol, D=train_images[0].size)
    optimizer = adagrad(model, protocol, len(train_images))
    state = Run(protocol, model, optimizer, folder, save_seconds)
    sets = {"train": train_images, "test": test_images}
    steps = partial(train, model, optimizer, train_images, protocol)
    follow(state, steps, partial(bound, model, protocol), sets, protocol, on_step)
    log_p = log_likelihood(model, test_images[: protocol.likelihood_images], protocol)
    found = {f"bound, {name}": (state.curve[name][-1], state.curve[f"{name} error"][-1]) for name in sets}
    found["log p(x), test"] = mean_and_error(log_p)
    quantities = [
        Quantity(name, ours=mean, no_paper_value=NO_NUMBER, standard_error=error)
        for name, (mean, error) in found.items()
    ]
    return Result(protocol, quantities, state.curve, state.seconds, dataset.checksum, model)
