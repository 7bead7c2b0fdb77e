"""Higgins et al. 2017, "beta-VAE" (openreview Sy2fzU9gl), and Burgess et al. 2018, "Understanding disentangling in
beta-VAE" (arXiv 1804.03599).

Names are the papers' symbols: q_phi(z | x) is the encoder, p_theta(x | z) the decoder; beta weighs the KL divergence,
C is the capacity that the KL is held at, gamma the force that holds it there. All figures are in nats per image.

The papers' full texts were not at hand. What was known of the protocol came from code that says it follows them
(disentanglement_lib, and others named in the README); this is what is done:

* ``mlp`` are the networks of Higgins et al. for 2-D shapes, 4096-1200-1200-10 with ReLU and 10-1200-1200-1200-4096 with
  tanh, trained by Adagrad with step size 0.01. ``conv`` are those of Burgess et al., trained by Adam, whose step size
  falls here from 0.001 to 0.00005. Each network serves both objectives, so that the objectives alone differ.
* Adagrad's step size rises to 0.01 over the first 500 steps. PyTorch's Adagrad begins with an accumulator of 0, and so
  its first step moves every weight by the whole step size. With 0.01 from the start (``--warm-up 64``) that step takes
  the KL to 5 10^4 nats with beta = 1, and to 7 10^8 with the capacity objective (seed 0; with the warm-up it stays
  below 1 nat), and Adagrad never forgets so large a gradient. TensorFlow's Adagrad begins with 0.1: ``--accumulator 0.1
  --warm-up 64`` is what the paper did if it used that, and no row here was trained so.
* ``sprites`` are generated here on the grid of factors of dSprites, with other pixels; numbers of the two data sets
  cannot be compared digit by digit. ``dsprites`` is the papers' own, to be downloaded.
* Burgess et al. raise C over 100,000 steps. With ``paper``, which takes 100,000 in all, C rises over 80,000 and rests
  for 20,000; with ``short`` it rises over 10,000 of 15,000.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn
from torch.optim import Adagrad, Adam, Optimizer

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.data.factors import FACTOR_SIZES, indices_of
from common.data.lazy import LazyArray
from common.errors import InvalidArgument
from common.metrics import (
    DCI,
    batches_with_a_fixed_factor,
    dci,
    factor_vae_metric,
    mutual_information_gap,
    pairs_with_a_fixed_factor,
    separated_attribute_predictability,
)
from common.objective import BetaObjective, CapacityObjective, Objective
from common.schedule import linear_warmup, value_at
from common.streams import Stream, generator
from paper.beta_vae.groups import ALL_FIVE, Setting, accuracies, differences
from paper.beta_vae.model import Model, conv, mlp
from paper.kit.curve import Curve, note
from paper.kit.draws import noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.protocol import Count, Minibatches, Positive, Precision, Share, Weight, Whole, protocol
from paper.kit.results import Quantity, Result, beside, mean_over_seeds
from paper.kit.steps import descend, geometric
from paper.vae.objective import kl_penalty

TITLE = "Higgins et al. 2017"
HEADLINE = ("sprites_beta-4.0_short", "beta-VAE metric, %")
POINTS_ON_CURVE = 40
METRIC = "beta-VAE metric, %"
READ_IN = "quoted by others, on dSprites"
IN_USE_ABOVE = 0.1

Images = UInt8[np.ndarray, "n 1 h w"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result. ``L``, ``training_points``, ``test_points``: see `common.metrics`."""

    data: Literal["sprites", "dsprites"] = "sprites"
    """data set"""
    network: Literal["mlp", "conv"] = "mlp"
    """networks: of Higgins et al., with Adagrad (mlp), or of Burgess et al., with Adam (conv)"""
    objective: Literal["beta", "capacity"] = "beta"
    """what is minimised: the KL weighs beta (beta), or is held at C (capacity)"""
    beta: Weight = 4.0
    """weight of the KL divergence"""
    gamma: Weight = 1000.0
    """force that holds the KL at C"""
    C: Positive = 25.0
    """capacity in nats, reached from 0"""
    annealed: Count = 80_000 * 64
    """training images over which C rises"""
    latents: Count = 10
    """latents of an image"""
    hidden: Count = 1200
    """units of each hidden layer"""
    step_size: Positive = 0.01
    """largest step size"""
    warm_up: Count = 500 * 64
    """training images over which the step size rises"""
    decay: Share = 1.0
    """share of the step size that is left at the end, reached by equal factors"""
    accumulator: Weight = 0.0
    """value with which Adagrad begins to add up squared gradients: 0 in PyTorch, 0.1 in TensorFlow"""
    M: Count = 64
    """images of a minibatch"""
    samples: Count = 100_000 * 64
    """training images, repeats included"""
    seed: Whole = 0
    """of all random numbers"""
    precision: Precision = "float32"
    """precision to which the factors of matrix products are rounded"""
    evaluated: Count = 10_000
    """test images whose bound is measured at the end; a tenth of them along the way"""
    L: Count = 64
    """pairs or images of a group, in the metrics"""
    training_points: Count = 10_000
    """groups that the metrics learn from"""
    test_points: Count = 5_000
    """groups that they are scored on"""


PAPER = {"sprites": Protocol(), "dsprites": Protocol(data="dsprites")}
BURGESS = {"hidden": 256, "step_size": 1e-3, "warm_up": 64, "decay": 0.05, "precision": "float32"}
"""What the convolutional network has otherwise than the defaults; the step sizes are the course's."""


def short(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changes for a quarter of an hour on a processor core (mlp) or half an hour (conv)."""
    length = {"samples": 15_000 * 64, "annealed": 10_000 * 64, "precision": "bfloat16"}
    return length | (BURGESS if given.get("network") == "conv" else {})


def full(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changes for as many steps as C rises in Burgess et al."""
    length = {"samples": 100_000 * 64, "annealed": 80_000 * 64}
    return length | (BURGESS if given.get("network") == "conv" else {})


BUDGETS = {"short": short, "paper": full}

HIGGINS = {4.0: 99.23, 1.0: 61.58}
"""Accuracy on dSprites by beta, as sources that quote the table of Higgins et al. have it."""

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


def observe(images: Images, device: torch.device) -> Float[Tensor, "n D"]:
    """Return x; the images are binary."""
    return torch.from_numpy(images).flatten(1).to(device).float() / 255


def optimizer_of(model: nn.Module, protocol: Protocol) -> Optimizer:
    """Return the optimiser of the network: Adam for the convolutions, else Adagrad."""
    if protocol.network == "conv":
        return Adam(model.parameters(), protocol.step_size, fused=True)
    on_cpu, begun = next(model.parameters()).is_cpu, protocol.accumulator
    return Adagrad(model.parameters(), protocol.step_size, initial_accumulator_value=begun, fused=on_cpu)


def step_size_at(protocol: Protocol, step: int) -> float:
    """Return the step size: it rises over the warm-up along a line, and falls to its share ``decay`` at the end."""
    size = geometric(protocol.step_size, protocol.decay * protocol.step_size, step / protocol.steps)
    return size * min(1.0, (step + 1) * protocol.M / protocol.warm_up)


@contextmanager
def rounded_factors(precision: str) -> Iterator[None]:
    """Multiply matrices in ``precision`` on the CPU; "bfloat16" rounds their factors, and nothing else.

    Results stay in float32, where `paper.kit.precision.products` rounds them. Networks that wait for memory gain no
    time from smaller results. Without instructions for bfloat16 PyTorch multiplies in float32.
    """
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium" if precision == "bfloat16" else "highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def train(
    model: Model, images: LazyArray, protocol: Protocol, place: Place, measure: Callable[[], dict[str, float]] = dict
) -> Curve:
    """Take the steps that are left; note the parts of the bound and C at 40 points along the way, and at the end."""
    optimizer = optimizer_of(model, protocol)
    every = max(1, protocol.steps // POINTS_ON_CURVE)
    shape = (protocol.M, protocol.latents)
    with place.stage("vae", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            x = observe(images[batch_indices(protocol.seed, step, len(images), protocol.M)], place.device)
            eps = noise(protocol.seed, Stream.NOISE, step, shape, place.device)
            with rounded_factors(protocol.precision):
                reconstruction, kl = model(x, eps)
                aim = objective(protocol, step * protocol.M)
                loss = reconstruction.mean() + kl_penalty(kl, aim)
                descend(loss, optimizer, step_size_at(protocol, step))
            if stage.logs:
                known = {"loss": loss, "reconstruction": reconstruction.mean(), "kl_per_latent": kl.mean(0)}
                stage.log(**known, **vars(aim), gradient_norm=gradient_norm(model))
            if (step + 1) % every == 0 or step + 1 == protocol.steps:
                samples = (step + 1) * protocol.M
                capacity = {"C": C_at(protocol, samples)} if protocol.objective == "capacity" else {}
                note(stage.curve, {"samples": samples, **measure(), **capacity})
    return stage.curve


# What is measured.


@torch.no_grad()
def bound(
    model: Model, protocol: Protocol, images: Images, device: torch.device
) -> tuple[float, Float[np.ndarray, " J"]]:
    """Return -E_q[log p(x | z)], with one sampled z an image, and the KL divergence of every latent, as means."""
    totals = np.zeros(1 + protocol.latents)
    for index, rows in parts(len(images), 500):
        x = observe(images[rows], device)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (len(x), protocol.latents), device)
        with rounded_factors(protocol.precision):
            reconstruction, kl = model(x, eps)
        totals += torch.cat([reconstruction[:, None], kl], 1).cpu().numpy().sum(axis=0, dtype=np.float64)
    reconstruction, *kl = totals / len(images)
    return float(reconstruction), np.array(kl)


@torch.no_grad()
def posterior_means(
    model: Model, protocol: Protocol, images: LazyArray, factors: Int[np.ndarray, "n 6"], device: torch.device
) -> Float[np.ndarray, "n J"]:
    """Return mu of q(z | x) for the images with these factors; one that is asked for many times is encoded once."""
    numbers, where = np.unique(indices_of(factors), return_inverse=True)
    codes = np.empty((len(numbers), protocol.latents), np.float32)
    with rounded_factors(protocol.precision):
        for _, part in parts(len(numbers), 1024):
            mu, _ = model.q(observe(images.rows(numbers[part]), device))
            codes[part] = mu.cpu().numpy()
    return codes[where]


class Metrics(NamedTuple):
    """What the codes of one model are worth, each from 0 to 1; the beta-VAE metric in every setting."""

    beta_vae: dict[Setting, float]
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
        accuracies(fixed_pairs, differences(of_pairs.reshape(*pairs.shape[:-1], -1)), training),
        factor_vae_metric(
            fixed_batches, of_batches.reshape(*batches.shape[:-1], -1), codes[:training].var(axis=0, ddof=1), training
        ),
        mutual_information_gap(factors[:training], codes[:training].astype(np.float64)),
        dci(factors, codes, training),
        separated_attribute_predictability(factors, codes, training),
    )


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure the parts of the bound along the way, and the metrics at the end."""
    keep_freed_memory()
    dataset = load(protocol.data)
    images, test_images = dataset.train.images, dataset.test.images[: protocol.evaluated]
    if not isinstance(images, LazyArray):
        raise InvalidArgument("data", protocol.data, "images made from factors")
    networks = {"mlp": mlp, "conv": conv}[protocol.network](test_images[0].size, protocol.hidden, protocol.latents)
    model = Model(*networks, protocol.seed).to(place.device)

    def measure() -> dict[str, float]:
        reconstruction, kl = bound(model, protocol, test_images[: protocol.evaluated // 10], place.device)
        of_latents = {f"KL of z[{j}]": value for j, value in enumerate(kl)}
        return {"reconstruction": reconstruction, "KL": kl.sum(), **of_latents}

    def encode(factors: Int[np.ndarray, "n 6"]) -> Float[np.ndarray, "n J"]:
        return posterior_means(model, protocol, images, factors, place.device)

    curve = train(model, images, protocol, place, measure)
    reconstruction, kl = bound(model, protocol, test_images, place.device)
    found = metrics(encode, protocol)
    quantities = [*_scores(protocol, found), *_parts_of_the_bound(protocol, reconstruction, kl)]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)


def _scores(protocol: Protocol, found: Metrics) -> list[Quantity]:
    otherwise, chosen = "no table in Burgess et al. 2018", Setting(protocol.L, ALL_FIVE)
    main, others = found.beta_vae[chosen], {one: value for one, value in found.beta_vae.items() if one != chosen}
    return [
        beside(METRIC, 100 * main, printed(protocol), otherwise, READ_IN, lower_is_better=False),
        _without_a_number("FactorVAE metric, %", 100 * found.factor_vae),
        _without_a_number("MIG, %", 100 * found.mig),
        _without_a_number("DCI disentanglement, %", 100 * found.dci.disentanglement),
        _without_a_number("DCI completeness, %", 100 * found.dci.completeness),
        _without_a_number("DCI informativeness, %", 100 * found.dci.informativeness),
        _without_a_number("SAP, %", 100 * found.sap),
        *(_without_a_number(f"beta-VAE metric, {setting}, %", 100 * value) for setting, value in others.items()),
    ]


def printed(protocol: Protocol) -> float | None:
    """Return the metric for the same networks, objective and beta, as others quote it."""
    return HIGGINS.get(protocol.beta) if (protocol.network, protocol.objective) == ("mlp", "beta") else None


def _parts_of_the_bound(protocol: Protocol, reconstruction: float, kl: Float[np.ndarray, " J"]) -> list[Quantity]:
    parts = [_without_a_number("-log p(x given z), test", reconstruction), _without_a_number("KL, test", kl.sum())]
    if protocol.objective == "capacity":
        parts.append(_without_a_number("distance of the KL from C, %", 100 * abs(kl.sum() / protocol.C - 1)))
    in_use = int((kl > IN_USE_ABOVE).sum())
    return [*parts, _without_a_number(f"latents with a KL above {IN_USE_ABOVE} nats", in_use)]


def _without_a_number(name: str, ours: float) -> Quantity:
    return Quantity(name, float(ours), no_paper_value="not measured in the papers")


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
