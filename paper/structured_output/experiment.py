"""Sohn, Lee & Yan 2015, "Learning Structured Output Representation using Deep Conditional Generative Models" (NIPS 28).

The networks, objectives and estimates are in `paper.structured_output.model`; the other model that goes by the name
of conditional VAE is in `paper.cvae`. Here the condition is an image x, its output y has more than one right answer,
and the prior of the latents z is learnt: p(z | x). On MNIST, x are one, two or three quadrants of a digit and y is the
rest of it. Figures are in nats per image.

The full text of the paper was not at hand. So no equation of it is cited by number, its table is quoted as
unverified, and these choices are ours:

* All networks have two hidden layers of ReLU units. The generation network sees x and z. The baseline's guess, a
  probability for each pixel of y, goes to the prior beside x: the recurrent connection.
* Given are the lower left quadrant, the left half, or all but the upper right quadrant, as in Pyro's tutorial.
* Each image is binarised, x and y together: in training anew at each draw, in validation and test once, the same for
  all models and seeds.
* Every model sees the same number of images, and keeps the parameters with the highest bound on 10,000 images split
  off the training set. The test images choose nothing.
* The hybrid's alpha is 1/2, and both of its terms see the same noise.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument
from common.streams import Stream
from paper.kit.best import Best
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import noise, parts
from paper.kit.health import gradient_norm, kl_per_latent
from paper.kit.initial import draw_parameters
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Count, Positive, Precision, Share, Whole, protocol
from paper.kit.results import Quantity, Result, beside
from paper.kit.steps import descend, geometric
from paper.structured_output.model import (
    L_CVAE,
    L_GSNN,
    L_hybrid,
    Model,
    Pixels,
    exact,
    importance_sampling,
    monte_carlo,
)
from paper.structured_output.quadrants import Completion, Quadrants

TITLE = "Sohn et al. 2015"
HEADLINE = ("mnist_quadrants-1_short", "-log p(y given x), test, CVAE, importance sampling")
MODELS = ("baseline", "CVAE", "GSNN", "hybrid")
BINARISATION_SEED = 0
"""The seed by which validation and test images are binarised, whatever the seed of a run."""

# The experiments, as data.


@protocol
class Protocol:
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    quadrants: Quadrants = 1
    """how many of the four quadrants of an image are given"""
    hidden: Count = 500
    """units of each hidden layer"""
    latents: Count = 50
    """latents of an image"""
    alpha: Share = 0.5
    """weight of the CVAE in the hybrid"""
    M: Count = 100
    """images of a minibatch"""
    step_size: Positive = 1e-3
    """step size of Adam at first"""
    final_step_size: Positive = 1e-4
    """step size of Adam at last"""
    samples: Count = 4 * 100 * 50_000
    """training images of all four models together, repeats included"""
    validations: Count = 100
    """how often the bound on the validation images is measured, for each model"""
    validation_images: Count = 10_000
    """last images of the training set, which choose the parameters"""
    test_images: Count = 10_000
    """first test images, whose log p(y | x) is estimated"""
    draws: Count = 100
    """draws of z for each of these"""
    precision: Precision = "float32"
    """precision of matrix products"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise InvalidArgument("samples", self.samples, f"a minibatch of {self.M} for each of {len(MODELS)} models")

    @property
    def steps(self) -> int:
        """The number of steps of each model."""
        return self.samples // len(MODELS) // self.M


PAPER = {"mnist": Protocol(), "digits": Protocol(data="digits", validation_images=300)}
BUDGETS = {
    "short": {
        "samples": 4 * 12 * 50_000,
        "M": 200,
        "step_size": 1.5e-3,
        "validations": 12,
        "precision": "bfloat16",
    },
    "paper": {"samples": 4 * 100 * 50_000},
}

UNVERIFIED = {
    # (model, estimator): -log p(y | x) for 1, 2 and 3 quadrants; not read in the paper by anyone here
    ("baseline", "exact"): (99.75, 62.18, 25.99),
    ("CVAE", "Monte Carlo"): (68.39, 45.34, 20.96),
    ("CVAE", "importance sampling"): (63.91, 44.73, 20.95),
    ("GSNN", "Monte Carlo"): (99.82, 62.41, 26.29),
}

# Training, and what is measured.

Objective = Callable[[Any, Tensor, Tensor, Tensor], Tensor]
"""A function of (model, x, y, eps) with one value an image."""

ESTIMATORS: dict[str, dict[str, Objective]] = {
    "baseline": {"exact": exact},
    "CVAE": {"Monte Carlo": monte_carlo, "importance sampling": importance_sampling},
    "GSNN": {"Monte Carlo": monte_carlo},  # nothing trains its q
    "hybrid": {"Monte Carlo": monte_carlo, "importance sampling": importance_sampling},
}


def objectives(protocol: Protocol) -> dict[str, Objective]:
    """Return what each model makes as large as it can."""
    hybrid = partial(L_hybrid, alpha=protocol.alpha)
    return dict(zip(MODELS, (exact, L_CVAE, L_GSNN, hybrid), strict=True))


def train(
    name: str, network: nn.Module, tasks: tuple[Completion, Completion], protocol: Protocol, place: Place
) -> tuple[nn.Module, Curve]:
    """Train one of the models on the first task; return the network that was best on the second, and its curve there.

    The step size falls geometrically.
    """
    objective, (training, validation) = objectives(protocol)[name], tasks
    optimizer = Adam(network.parameters(), protocol.step_size, fused=True)
    best, points = Best(network), evenly(protocol.steps, protocol.validations)
    shape = (protocol.M, protocol.latents)
    with place.stage(name, protocol.steps) as stage:
        stage.keep(network=network, best=best, optimizer=optimizer)
        for step in stage:
            chosen = batch_indices(protocol.seed, step, len(training), protocol.M)
            x, y = training.draw(chosen, protocol.seed, Stream.BINARIZE, step)
            eps = noise(protocol.seed, Stream.NOISE, step, shape, place.device)
            with products(protocol.precision, place.device):
                bound = objective(network, x, y, eps).mean()
            step_size = geometric(protocol.step_size, protocol.final_step_size, step / protocol.steps)
            descend(-bound, optimizer, step_size)
            found: dict[str, Any] = {}
            if step + 1 in points:
                value = float(evaluate(network, objective, validation, protocol, first=0, M=1000).mean())
                best.offer(network, value)
                note(stage.curve, {"steps": step + 1, "validation": value})
                found["validation_elbo"] = value
            if stage.logs or found:
                if isinstance(network, Model) and name != "GSNN":  # nothing trains its q
                    found["kl_per_latent"] = kl_per_latent(network.q(x, y), network.p_z(x))
                stage.log(elbo=bound, gradient_norm=gradient_norm(network), **found)
    return best.network, stage.curve


@torch.no_grad()
def evaluate(
    network: nn.Module, objective: Objective, task: Completion, protocol: Protocol, first: int, M: int, *S: int
) -> Float[np.ndarray, " n"]:
    """Return the objective of every image of a task, M images at once, with S draws of z (none given: one) for each.

    Draw number ``first`` and the following decide binarisation and noise.
    """
    values = []
    for index, rows in parts(len(task), M, first):
        x, y = task.draw(rows, BINARISATION_SEED, Stream.EVALUATION_BINARIZE, index)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (*S, len(x), protocol.latents), task.device)
        with products(protocol.precision, task.device):
            values.append(objective(network, x, y, eps).cpu().double())
    return torch.cat(values).numpy()


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train baseline, CVAE, GSNN and hybrid for one number of quadrants; estimate -log p(y | x) of the test images."""
    keep_freed_memory()
    dataset = load(protocol.data)
    held_out = dataset.hold_out(protocol.validation_images)
    images = [*(part.images[:] for part in held_out), dataset.test.images[: protocol.test_images]]
    training, validation, test = (Completion(part, protocol.quadrants, place.device) for part in images)
    models, curve = nn.ModuleDict(), {}
    for name in MODELS:
        network = _model(models["baseline"], protocol, test) if models else _baseline(protocol, test)
        models[name], found = train(name, network.to(place.device), (training, validation), protocol, place)
        curve[name] = found["validation"]
    quantities = list(_measured(models, test, protocol))
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, models)


def _baseline(protocol: Protocol, task: Completion) -> Pixels:
    D_x, D_y = task.sizes
    network = Pixels(D_x, protocol.hidden, D_y)
    draw_parameters(network, protocol.seed)
    return network


def _model(baseline: nn.Module, protocol: Protocol, task: Completion) -> Model:
    return Model(baseline, *task.sizes, protocol.hidden, protocol.latents, protocol.seed)


def _measured(models: nn.ModuleDict, test: Completion, protocol: Protocol) -> Iterator[Quantity]:
    for name, estimators in ESTIMATORS.items():
        for estimator, objective in estimators.items():
            values = -evaluate(models[name], objective, test, protocol, 2**32, 20, protocol.draws)
            title = f"-log p(y given x), test, {name}, {estimator}"
            mean, error = mean_and_error(values)
            known = printed(protocol, name, estimator)
            yield beside(title, mean, known, "none known to us", "unverified", error, lower_is_better=True)


def printed(protocol: Protocol, model: str, estimator: str) -> float | None:
    """Return -log p(y | x) of the paper's table, as others quote it."""
    values = UNVERIFIED.get((model, estimator)) if protocol.data == "mnist" else None
    return None if values is None else values[protocol.quadrants - 1]
