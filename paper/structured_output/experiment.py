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
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument, OperationFailed
from common.streams import Stream, normal
from paper.kit.best import Chosen, choose
from paper.kit.curve import mean_and_error
from paper.kit.initial import draw_parameters
from paper.kit.precision import products
from paper.kit.protocol import check_fields
from paper.kit.results import Quantity, Result
from paper.kit.run import Run
from paper.kit.steps import geometric, set_step_size
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
from paper.structured_output.quadrants import Completion

TITLE = "Sohn et al. 2015"
HEADLINE = ("mnist_quadrants-1_short", "-log p(y given x), test, CVAE, importance sampling")
MODELS = ("baseline", "CVAE", "GSNN", "hybrid")
BINARISATION_SEED = 0
"""The seed by which validation and test images are binarised, whatever the seed of a run."""

# The experiments, as data.


@dataclass(frozen=True)
class Protocol:
    """Everything that decides a result.

    ``samples`` counts the training images of all four models together, repeats included. The bound on the last
    ``validation_images`` of the training set is taken ``validations`` times a model. ``draws`` of z for each image
    estimate log p(y | x) on the first ``test_images``.
    """

    data: Literal["mnist", "digits"] = "mnist"
    quadrants: Literal["1", "2", "3"] = "1"
    hidden: int = 500
    latents: int = 50
    alpha: float = 0.5
    M: int = 100
    step_size: float = 1e-3
    final_step_size: float = 1e-4
    samples: int = 4 * 100 * 50_000
    validations: int = 100
    validation_images: int = 10_000
    test_images: int = 10_000
    draws: int = 100
    precision: Literal["float32", "bfloat16"] = "float32"
    seed: int = 0

    def __post_init__(self) -> None:
        check_fields(self)
        if self.steps < 1:
            raise InvalidArgument("samples", self.samples, f"a minibatch of {self.M} for each of {len(MODELS)} models")
        if self.alpha > 1:
            raise InvalidArgument("alpha", self.alpha, "the weight of the CVAE in the hybrid, above 0 and at most 1")

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


def noise(protocol: Protocol, stream: Stream, index: int, *shape: int) -> Tensor:
    """Draw eps ~ N(0, I), of this shape and, behind it, the latents."""
    return torch.from_numpy(normal(protocol.seed, stream, index, (*shape, protocol.latents)).astype(np.float32))


def train(
    network: nn.Module, objective: Objective, optimizer: Adam, task: Completion, protocol: Protocol, first_step: int
) -> Iterator[dict[str, Any]]:
    """Take the steps of one model from ``first_step`` on; the step size falls geometrically."""
    for step in range(first_step, protocol.steps):
        chosen = batch_indices(protocol.seed, step, len(task), protocol.M)
        x, y = task.draw(chosen, protocol.seed, Stream.BINARIZE, step)
        with products(protocol.precision):
            bound = objective(network, x, y, noise(protocol, Stream.NOISE, step, protocol.M)).mean()
        if not bound.isfinite():
            raise OperationFailed(f"the bound became {bound.item()} at step {step}.", "Lower --step-size.")
        set_step_size(optimizer, geometric(protocol.step_size, protocol.final_step_size, step / protocol.steps))
        optimizer.zero_grad()
        (-bound).backward()
        optimizer.step()
        yield {"step": step + 1, "bound": bound.item()}


@torch.no_grad()
def evaluate(
    network: nn.Module, objective: Objective, task: Completion, protocol: Protocol, first: int, M: int, *S: int
) -> Float[np.ndarray, " n"]:
    """Return the objective of every image of a task, M images at once, with S draws of z (none given: one) for each.

    Draw number ``first`` and the following decide binarisation and noise.
    """
    values = []
    for index, start in enumerate(range(0, len(task), M), first):
        x, y = task.draw(slice(start, start + M), BINARISATION_SEED, Stream.EVALUATION_BINARIZE, index)
        with products(protocol.precision):
            eps = noise(protocol, Stream.EVALUATION_NOISE, index, *S, len(x))
            values.append(objective(network, x, y, eps).double())
    return torch.cat(values).numpy()


def fit(
    network: nn.Module,
    objective: Objective,
    tasks: tuple[Completion, Completion],
    protocol: Protocol,
    folder: Path | None,
    on_step: Callable[[int], None],
    save_seconds: float,
) -> tuple[nn.Module, list[float], float]:
    """Train on the first task; return the best network on the second, its curve there, and the seconds this took."""
    training, validation = tasks
    model = Chosen(network)
    optimizer = Adam(model.now.parameters(), protocol.step_size, fused=True)
    run = Run(protocol, model, optimizer, folder, save_seconds)
    steps = train(model.now, objective, optimizer, training, protocol, run.step)

    def bound() -> float:
        return float(evaluate(model.now, objective, validation, protocol, first=0, M=1000).mean())

    for record in run.keep(choose(steps, model, bound, run.curve, protocol.steps, protocol.validations)):
        on_step(record["step"])
    return model.best, run.curve["validation"], run.seconds


def reproduce(
    protocol: Protocol,
    folder: Path | None = None,
    on_step: Callable[[int], None] = lambda step: None,
    save_seconds: float = 60.0,
) -> Result:
    """Train baseline, CVAE, GSNN and hybrid for one number of quadrants; estimate -log p(y | x) of the test images.

    Arguments and errors are those of `paper.kit.paper.Reproduce`. Each model has a folder of its own inside.
    """
    keep_freed_memory()
    dataset = load(protocol.data)
    held_out = dataset.hold_out(protocol.validation_images)
    training, validation = (Completion(part.images[:], protocol.quadrants) for part in held_out)
    test = Completion(dataset.test.images[: protocol.test_images], protocol.quadrants)
    models, curve, seconds = nn.ModuleDict(), {}, 0.0
    for done, (name, objective) in enumerate(objectives(protocol).items()):
        network = _model(models["baseline"], protocol, test) if models else _baseline(protocol, test)
        place = None if folder is None else folder / name
        step = partial(_after, done * protocol.steps, on_step)
        fitted = fit(network, objective, (training, validation), protocol, place, step, save_seconds)
        models[name], curve[name], spent = fitted
        seconds += spent
    started = monotonic()
    quantities = list(_measured(models, test, protocol))
    return Result(protocol, quantities, curve, seconds + monotonic() - started, dataset.checksum, models)


def _after(steps_before: int, on_step: Callable[[int], None], step: int) -> None:
    on_step(steps_before + step)


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
            yield _beside_the_paper(protocol, (name, estimator), title, *mean_and_error(values))


def _beside_the_paper(protocol: Protocol, key: tuple[str, str], title: str, mean: float, error: float) -> Quantity:
    if key not in UNVERIFIED or protocol.data != "mnist":
        return Quantity(title, mean, no_paper_value="none known to us", standard_error=error)
    value = UNVERIFIED[key][int(protocol.quadrants) - 1]
    return Quantity(title, mean, value, source="unverified", standard_error=error)
