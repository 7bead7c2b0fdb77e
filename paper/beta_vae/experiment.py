"""Higgins et al. 2017, "beta-VAE" (openreview Sy2fzU9gl), and Burgess et al. 2018, "Understanding disentangling in
beta-VAE" (arXiv 1804.03599).

Names are the papers' symbols: q_phi(z | x) is the encoder, p_theta(x | z) the decoder; beta weighs the KL divergence,
C is the capacity that the KL is held at, gamma the force that holds it there. All figures are in nats per image.

The papers' full texts were not at hand. What was known of the protocol came from code that says it follows them
(disentanglement_lib, and others named in the README); this is what is done:

* The networks are those of Higgins et al. for 2-D shapes, 4096-1200-1200-10 with ReLU and 10-1200-1200-1200-4096 with
  tanh, trained by Adagrad with step size 0.01. Burgess et al. used a convolutional network and Adam; here the capacity
  objective has the same networks and the same Adagrad as beta, so that the objectives alone differ.
* The step size rises to 0.01 over the first 500 steps. Adagrad's first step moves every weight by the step size. With
  0.01 from the start (``--warm-up 64``) that step takes the KL to 5 10^4 nats with beta = 1, and to 7 10^8 with the
  capacity objective (seed 0; with the warm-up it stays below 1 nat), and Adagrad never forgets so large a gradient.
* ``sprites`` are generated here on the grid of factors of dSprites, with other pixels; numbers of the two data sets
  cannot be compared digit by digit. ``dsprites`` is the papers' own, to be downloaded.
* Burgess et al. raise C over 100,000 steps. With ``paper``, which takes 100,000 in all, C rises over 80,000 and rests
  for 20,000; with ``short`` it rises over 10,000 of 15,000.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim import Adagrad

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.data.factors import FACTOR_SIZES, indices_of
from common.data.lazy import LazyArray
from common.errors import InvalidArgument, OperationFailed
from common.metrics import (
    DCI,
    batches_with_a_fixed_factor,
    beta_vae_metric,
    dci,
    factor_vae_metric,
    mutual_information_gap,
    pairs_with_a_fixed_factor,
    separated_attribute_predictability,
)
from common.objective import LOGVAR_MAX, LOGVAR_MIN, BetaObjective, CapacityObjective, Objective
from common.schedule import linear_warmup, value_at
from common.streams import Stream, generator, normal
from paper.kit.initial import draw_parameters
from paper.kit.precision import rounded_factors
from paper.kit.protocol import check_fields
from paper.kit.results import Quantity, Result, mean_over_seeds
from paper.kit.run import Run
from paper.kit.steps import set_step_size
from paper.vae.objective import kl_penalty

TITLE = "Higgins et al. 2017"
HEADLINE = ("sprites_beta-4.0_short", "beta-VAE metric, %")
POINTS_ON_CURVE = 40
METRIC = "beta-VAE metric, %"
IN_USE_ABOVE = 0.1


@dataclass(frozen=True)
class Protocol:
    """Everything that decides a result.

    ``samples`` counts training images, repeats included. The step size rises over the first ``warm_up`` of them; with
    ``objective`` "capacity", C rises from 0 to ``C`` over the first ``annealed``. Along the way the bound's parts are
    measured on ``evaluated / 10`` images that are not trained on, at the end on ``evaluated``. ``L``,
    ``training_points`` and ``test_points`` are those of the metrics (see `common.metrics`). With ``precision``
    "bfloat16" the factors of matrix products are rounded to it.
    """

    data: Literal["sprites", "dsprites"] = "sprites"
    objective: Literal["beta", "capacity"] = "beta"
    beta: float = 4.0
    gamma: float = 1000.0
    C: float = 25.0
    annealed: int = 80_000 * 64
    latents: int = 10
    hidden: int = 1200
    step_size: float = 0.01
    warm_up: int = 500 * 64
    M: int = 64
    samples: int = 100_000 * 64
    seed: int = 0
    precision: Literal["float32", "bfloat16"] = "float32"
    evaluated: int = 10_000
    L: int = 64
    training_points: int = 10_000
    test_points: int = 5_000

    def __post_init__(self) -> None:
        check_fields(self)
        if self.samples < self.M:
            raise InvalidArgument("samples", self.samples, f"at least one minibatch of {self.M}")


PAPER = {"sprites": Protocol(), "dsprites": Protocol(data="dsprites")}
BUDGETS = {
    "short": {"samples": 15_000 * 64, "annealed": 10_000 * 64, "precision": "bfloat16"},
    "paper": {"samples": 100_000 * 64, "annealed": 80_000 * 64},
}

HIGGINS = {4.0: 99.23, 1.0: 61.58}
"""Accuracy on dSprites by beta, as sources that quote the table of Higgins et al. have it."""

# Higgins et al., table 1: the networks for 2-D shapes.


class Model(nn.Module):
    """The encoder q_phi(z | x) = N(mu, sigma^2 I) and the decoder p_theta(x | z), a Bernoulli for each of D pixels."""

    def __init__(self, protocol: Protocol, D: int) -> None:
        super().__init__()
        H, J = protocol.hidden, protocol.latents
        self.phi = nn.Sequential(nn.Linear(D, H), nn.ReLU(), nn.Linear(H, H), nn.ReLU(), nn.Linear(H, 2 * J))
        hidden = [layer for inputs in (J, H, H) for layer in (nn.Linear(inputs, H), nn.Tanh())]
        self.theta = nn.Sequential(*hidden, nn.Linear(H, D))
        draw_parameters(self, protocol.seed)

    def q(self, x: Float[Tensor, "M D"]) -> tuple[Float[Tensor, "M J"], Float[Tensor, "M J"]]:
        """Return mu and log sigma^2 of q(z | x)."""
        mu, logvar = self.phi(x).chunk(2, dim=-1)
        return mu, logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)

    def forward(
        self, x: Float[Tensor, "M D"], eps: Float[Tensor, "M J"]
    ) -> tuple[Float[Tensor, " M"], Float[Tensor, "M J"]]:
        """Return -log p(x | z) for z = mu + sigma eps, and the KL divergence of every latent, for every image."""
        mu, logvar = self.q(x)
        logits = self.theta(mu + (logvar / 2).exp() * eps)
        return binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1), D_KL(mu, logvar)


def D_KL(mu: Float[Tensor, "M J"], logvar: Float[Tensor, "M J"]) -> Float[Tensor, "M J"]:  # noqa: N802
    """Return the KL divergence from q(z_j | x) to N(0, 1)."""
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar)


# Higgins et al., eq. 4, and Burgess et al., eq. 8: the objectives.


def objective(protocol: Protocol, samples: int) -> Objective:
    """Return what is minimised after ``samples`` training images.

    -E_q[log p(x | z)] + beta D_KL, or -E_q[log p(x | z)] + gamma |D_KL - C| with C on its way up.
    """
    if protocol.objective == "beta":
        return BetaObjective(protocol.beta)
    return CapacityObjective(C_at(protocol, samples), protocol.gamma)


def C_at(protocol: Protocol, samples: int) -> float:  # noqa: N802
    """Return the capacity after ``samples`` training images: a line from 0 to C, then C (Burgess et al., section 5)."""
    return value_at(linear_warmup(protocol.annealed, protocol.C), samples)


# Training.


def observe(images: UInt8[np.ndarray, "n 1 h w"]) -> Float[Tensor, "n D"]:
    """Return x; the images are binary."""
    return torch.from_numpy(images).flatten(1).float() / 255


def noise(protocol: Protocol, stream: Stream, index: int, n: int) -> Float[Tensor, "n J"]:
    """Draw eps ~ N(0, I)."""
    return torch.from_numpy(normal(protocol.seed, stream, index, (n, protocol.latents)).astype(np.float32))


def train(
    model: Model, optimizer: Adagrad, images: LazyArray, protocol: Protocol, first_step: int
) -> Iterator[dict[str, Any]]:
    """Take the steps of a protocol from ``first_step`` on; yield the number of steps taken and the loss."""
    for step in range(first_step, protocol.samples // protocol.M):
        set_step_size(optimizer, protocol.step_size * min(1.0, (step + 1) * protocol.M / protocol.warm_up))
        x = observe(images[batch_indices(protocol.seed, step, len(images), protocol.M)])
        with rounded_factors(protocol.precision):
            reconstruction, kl = model(x, noise(protocol, Stream.NOISE, step, protocol.M))
            loss = reconstruction.mean() + kl_penalty(kl, objective(protocol, step * protocol.M))
            if not loss.isfinite():
                raise OperationFailed(f"the loss became {loss.item()} at step {step}.", "Lower --step-size.")
            optimizer.zero_grad()
            loss.backward()
        optimizer.step()
        yield {"step": step + 1, "loss": loss.item()}


# What is measured.


@torch.no_grad()
def bound(
    model: Model, protocol: Protocol, images: UInt8[np.ndarray, "n 1 h w"]
) -> tuple[float, Float[np.ndarray, " J"]]:
    """Return -E_q[log p(x | z)], with one sampled z an image, and the KL divergence of every latent, as means."""
    totals = np.zeros(1 + protocol.latents)
    for index, start in enumerate(range(0, len(images), 500)):
        x = observe(images[start : start + 500])
        with rounded_factors(protocol.precision):
            reconstruction, kl = model(x, noise(protocol, Stream.EVALUATION_NOISE, index, len(x)))
        totals += np.concatenate([reconstruction[:, None].numpy(), kl.numpy()], axis=1).sum(axis=0, dtype=np.float64)
    reconstruction, *kl = totals / len(images)
    return float(reconstruction), np.array(kl)


@torch.no_grad()
def posterior_means(
    model: Model, protocol: Protocol, images: LazyArray, factors: Int[np.ndarray, "n 6"]
) -> Float[np.ndarray, "n J"]:
    """Return mu of q(z | x) for the images with these factors; one that is asked for many times is encoded once."""
    numbers, where = np.unique(indices_of(factors), return_inverse=True)
    codes = np.empty((len(numbers), protocol.latents), np.float32)
    with rounded_factors(protocol.precision):
        for start in range(0, len(numbers), 1024):
            mu, _ = model.q(observe(images.rows(numbers[start : start + 1024])))
            codes[start : start + 1024] = mu.numpy()
    return codes[where]


class Metrics(NamedTuple):
    """What the codes of one model are worth, each from 0 to 1."""

    beta_vae: float
    factor_vae: float
    mig: float
    dci: DCI
    sap: float


def metrics(encode: Callable[[Int[np.ndarray, "n 6"]], Float[np.ndarray, "n J"]], protocol: Protocol) -> Metrics:
    """Draw images by their factors, encode them, and measure; what is drawn depends on the seed of the protocol."""
    training, groups = protocol.training_points, protocol.training_points + protocol.test_points
    rng = generator(protocol.seed, Stream.EVALUATION_NOISE, 2**32)  # beyond the indices of `bound`
    fixed_pairs, pairs = pairs_with_a_fixed_factor(FACTOR_SIZES, groups, protocol.L, rng)
    fixed_batches, batches = batches_with_a_fixed_factor(FACTOR_SIZES, groups, protocol.L, rng)
    factors = rng.integers(0, FACTOR_SIZES, (groups, len(FACTOR_SIZES)))
    # all at once, so that an image of several groups is encoded once
    drawn = [pairs.reshape(-1, 6), batches.reshape(-1, 6), factors]
    ends = np.cumsum([len(part) for part in drawn])[:-1]
    of_pairs, of_batches, codes = np.split(encode(np.concatenate(drawn)), ends)
    return Metrics(
        beta_vae_metric(fixed_pairs, of_pairs.reshape(*pairs.shape[:-1], -1), training),
        factor_vae_metric(
            fixed_batches, of_batches.reshape(*batches.shape[:-1], -1), codes[:training].var(axis=0, ddof=1), training
        ),
        mutual_information_gap(factors[:training], codes[:training].astype(np.float64)),
        dci(factors, codes, training),
        separated_attribute_predictability(factors, codes, training),
    )


def reproduce(
    protocol: Protocol,
    folder: Path | None = None,
    on_step: Callable[[int], None] = lambda step: None,
    save_seconds: float = 60.0,
) -> Result:
    """Train by a protocol; measure the parts of the bound along the way, and the metrics at the end.

    Arguments and errors are those of `paper.kit.paper.Reproduce`.
    """
    keep_freed_memory()
    dataset = load(protocol.data)
    images, test_images = dataset.train.images, dataset.test.images[: protocol.evaluated]
    if not isinstance(images, LazyArray):
        raise InvalidArgument("data", protocol.data, "images made from factors")
    model = Model(protocol, D=test_images[0].size)
    optimizer = Adagrad(model.parameters(), lr=protocol.step_size, fused=True)
    state = Run(protocol, model, optimizer, folder, save_seconds)
    steps = train(model, optimizer, images, protocol, state.step)
    followed = record(
        steps, lambda: bound(model, protocol, test_images[: protocol.evaluated // 10]), state.curve, protocol
    )
    for taken in state.keep(followed):
        on_step(taken["step"])
    reconstruction, kl = bound(model, protocol, test_images)
    found = metrics(partial(posterior_means, model, protocol, images), protocol)
    quantities = [*_scores(protocol, found), *_parts_of_the_bound(protocol, reconstruction, kl)]
    return Result(protocol, quantities, state.curve, state.seconds, dataset.checksum, model)


def record(
    records: Iterable[dict[str, Any]],
    measure: Callable[[], tuple[float, Float[np.ndarray, " J"]]],
    curve: dict[str, list[float]],
    protocol: Protocol,
) -> Iterator[dict[str, Any]]:
    """Note the parts of the bound, the KL of every latent and C at 40 points along a run, and at its end."""
    steps = protocol.samples // protocol.M
    every = max(1, steps // POINTS_ON_CURVE)
    for taken in records:
        if taken["step"] % every == 0 or taken["step"] == steps:
            reconstruction, kl = measure()
            point = {"samples": taken["step"] * protocol.M, "reconstruction": reconstruction, "KL": kl.sum()}
            if protocol.objective == "capacity":
                point["C"] = C_at(protocol, taken["step"] * protocol.M)
            for name, value in (point | {f"KL of z[{j}]": value for j, value in enumerate(kl)}).items():
                curve.setdefault(name, []).append(float(value))
        yield taken


def _scores(protocol: Protocol, found: Metrics) -> list[Quantity]:
    return [
        _beside_the_paper(protocol, 100 * found.beta_vae),
        _without_a_number("FactorVAE metric, %", 100 * found.factor_vae),
        _without_a_number("MIG, %", 100 * found.mig),
        _without_a_number("DCI disentanglement, %", 100 * found.dci.disentanglement),
        _without_a_number("DCI completeness, %", 100 * found.dci.completeness),
        _without_a_number("DCI informativeness, %", 100 * found.dci.informativeness),
        _without_a_number("SAP, %", 100 * found.sap),
    ]


def _parts_of_the_bound(protocol: Protocol, reconstruction: float, kl: Float[np.ndarray, " J"]) -> list[Quantity]:
    parts = [_without_a_number("-log p(x given z), test", reconstruction), _without_a_number("KL, test", kl.sum())]
    if protocol.objective == "capacity":
        parts.append(_without_a_number("distance of the KL from C, %", 100 * abs(kl.sum() / protocol.C - 1)))
    in_use = int((kl > IN_USE_ABOVE).sum())
    return [*parts, _without_a_number(f"latents with a KL above {IN_USE_ABOVE} nats", in_use)]


def _without_a_number(name: str, ours: float) -> Quantity:
    return Quantity(name, float(ours), no_paper_value="not measured in the papers")


def _beside_the_paper(protocol: Protocol, ours: float) -> Quantity:
    if protocol.objective == "beta" and protocol.beta in HIGGINS:
        return Quantity(METRIC, ours, HIGGINS[protocol.beta], source="quoted by others, on dSprites")
    return Quantity(METRIC, ours, no_paper_value="no table in Burgess et al. 2018")


# The rule of Higgins et al. for several seeds.


def combine(by_seed: Sequence[list[Quantity]]) -> list[Quantity]:
    """Return means over seeds, and for the metric of the paper also the mean over the best half of the seeds.

    Of an odd number of seeds the best half has the one in the middle too: three of five.
    """
    means = mean_over_seeds(by_seed)
    scores = sorted((quantities[0].ours for quantities in by_seed), reverse=True)
    best = scores[: (len(scores) + 1) // 2]
    half = replace(means[0], name=f"{METRIC}, best half of seeds", ours=float(np.mean(best)), std=None)
    return [means[0], half, *means[1:]]
