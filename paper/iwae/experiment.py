"""Burda, Grosse & Salakhutdinov 2015, "Importance Weighted Autoencoders" (arXiv 1509.00519): the experiments.

The networks and the objectives are in `paper.iwae.model`; k samples of the latents h are drawn for each image. All
figures are in nats per image.

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

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.errors import OperationFailed
from common.metrics import active_units
from common.streams import Stream
from paper.iwae.captured import ResidentSteps, adam, compiled
from paper.iwae.model import L_k, Model, elbo, kl_of_layers
from paper.kit.curve import Curve, four_in_each_decade, mean_and_error, note, with_errors
from paper.kit.draws import binary, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Count, Minibatches, Positive, Precision, Whole, protocol
from paper.kit.results import Quantity, Result, beside
from paper.kit.steps import geometric, set_step_size

TITLE = "Burda et al. 2015"
HEADLINE = ("mnist_objective-iwae_k-50_gpu", "-L_5000, test")

Images = UInt8[np.ndarray, "n 1 h w"]

# Section 5 and appendix C: the experiments, as data.


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "binarized_mnist", "omniglot", "digits"] = "mnist"
    """data set"""
    layers: Literal[1, 2] = 1
    """stochastic layers"""
    objective: Literal["vae", "iwae"] = "iwae"
    """what is maximised: the mean of k estimates of the ELBO (vae), or L_k (iwae)"""
    k: Count = 1
    """samples of the latents for each image"""
    M: Count = 20
    """images of a minibatch"""
    schedule: Literal["stages", "geometric"] = "stages"
    """how the step size falls: in the paper's eight stages, or by equal factors in equal times"""
    step_size: Positive = 1e-3
    """step size of Adam at first"""
    final_step_size: Positive = 1e-4
    """step size of Adam at last"""
    epsilon: Positive = 1e-4
    """what Adam adds to its denominators"""
    samples: Count = 3280 * 60_000
    """training images, repeats included"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all random numbers"""
    evaluated: Count = 1000
    """first images of either set, whose L_k is measured along the way"""
    test_images: Count = 10_000
    """first test images, whose likelihood is estimated"""
    likelihood_draws: Count = 5000
    """samples of the latents for each of these"""


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
    **{("mnist", 1, "vae", k): value for k, value in ((1, 86.76), (5, 86.47), (50, 86.35))},
    **{("mnist", 1, "iwae", k): value for k, value in ((1, 86.76), (5, 85.54), (50, 84.78))},
    **{("mnist", 2, "vae", k): value for k, value in ((1, 85.33), (5, 85.01), (50, 84.78))},
    **{("mnist", 2, "iwae", k): value for k, value in ((1, 85.33), (5, 83.89), (50, 82.90))},
    **{("binarized_mnist", 1, "vae", k): value for k, value in ((1, 88.71), (5, 88.83), (50, 89.05))},
    **{("binarized_mnist", 1, "iwae", k): value for k, value in ((1, 88.71), (5, 87.63), (50, 87.10))},
    **{("binarized_mnist", 2, "vae", k): value for k, value in ((1, 88.08), (5, 87.63), (50, 87.86))},
    **{("binarized_mnist", 2, "iwae", k): value for k, value in ((1, 88.08), (5, 86.17), (50, 85.32))},
}

# Section 5: training.


def step_size(protocol: Protocol, progress: float) -> float:
    """Return the step size at ``progress`` (0 to 1) of a run.

    Stages: 10^(-i/7) times the first one for 3^i of 3,280 epochs, i = 0 to 7 (section 5).
    """
    if protocol.schedule != "geometric":
        ends = np.cumsum([3**i for i in range(8)]) / 3280
        progress = min(int(np.searchsorted(ends, progress, side="right")), 7) / 7
    return geometric(protocol.step_size, protocol.final_step_size, progress)


def train(
    model: Model, images: Images, protocol: Protocol, place: Place, measure: Callable[[], dict[str, float]] = dict
) -> Curve:
    """Take the steps that are left; return what was measured along the way."""
    optimizer = adam(model, protocol.step_size, protocol.epsilon)
    points = four_in_each_decade(protocol.samples, protocol.M)
    look = 1 if place.device.type == "cpu" else 100  # to look at a number is to wait for the GPU
    with place.stage("model", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        take = steps_of(model, optimizer, images, protocol, place, stage.step)
        for step in stage:
            set_step_size(optimizer, step_size(protocol, step / protocol.steps))
            rows = batch_indices(protocol.seed, step, len(images), protocol.M)
            bound = take(rows, step)
            if step % look == 0 and not bound.isfinite():
                raise OperationFailed(f"the bound became {bound.item()}.", "Lower --step-size.")
            if stage.logs:
                x = binary(images[rows], protocol.seed, Stream.BINARIZE, step, place.device).flatten(1)
                eps = noise(protocol.seed, Stream.NOISE, step, (len(x), sum(model.sizes)), place.device)
                stage.log(loss=-bound, **kl_of_layers(model, x, eps), gradient_norm=gradient_norm(model))
            if step + 1 in points:
                note(stage.curve, {"samples": (step + 1) * protocol.M, **measure()})
    return stage.curve


Step = Callable[[Int64[np.ndarray, " M"], int], Tensor]
"""A step of training with these rows of the images, its number given: returns the mean bound."""


def steps_of(model: Model, optimizer: Adam, images: Images, protocol: Protocol, place: Place, first_step: int) -> Step:
    """Return how a step is taken: with numbers drawn on the host, or wholly on a GPU, as a graph captured once."""
    objective = compiled(mean_bound(model, protocol), place.device)
    shape = (protocol.k, protocol.M, sum(model.sizes))

    def ascend(x: Tensor, eps: Tensor) -> Tensor:
        bound = objective(x, eps)
        optimizer.zero_grad()
        (-bound).backward()  # without a look at it, for which the host would wait: a graph can be captured
        optimizer.step()
        return bound.detach()

    def on_host(rows: Int64[np.ndarray, " M"], step: int) -> Tensor:
        x = binary(images[rows], protocol.seed, Stream.BINARIZE, step, place.device).flatten(1)
        return ascend(x, noise(protocol.seed, Stream.NOISE, step, shape, place.device))

    if place.device.type == "cuda":
        return ResidentSteps(images, ascend, shape, place.device, protocol.seed, first_step)
    return on_host


def mean_bound(model: Model, protocol: Protocol) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the objective of a protocol, a function of x, shape (M, D), and eps, shape (k, M, latents)."""
    objective = {"vae": elbo, "iwae": L_k}[protocol.objective]

    def of_minibatch(x: Tensor, eps: Tensor) -> Tensor:
        with products(protocol.precision, x.device):
            return objective(model(x, eps)).mean()

    return of_minibatch


# Section 5: what is measured.


@torch.no_grad()
def bound(model: Model, protocol: Protocol, images: Images, device: torch.device) -> Float[np.ndarray, " n"]:
    """Estimate L_k of every image, with the k of the protocol."""
    values = []
    for index, rows in parts(len(images), 100):
        x = binary(images[rows], protocol.seed, Stream.EVALUATION_BINARIZE, index, device).flatten(1)
        shape = (protocol.k, len(x), sum(model.sizes))
        values.append(L_k(model(x, noise(protocol.seed, Stream.EVALUATION_NOISE, index, shape, device))))
    return torch.cat(values).cpu().numpy().astype(np.float64)


@torch.no_grad()
def log_likelihood(model: Model, protocol: Protocol, images: Images, device: torch.device) -> Float[np.ndarray, " n"]:
    """Estimate log p(x) of every image by L_5000: in expectation, a lower bound."""
    values = []
    for number, rows in parts(len(images), 20):
        x = binary(images[rows], protocol.seed, Stream.EVALUATION_BINARIZE, 2**32 + number, device).flatten(1)
        log_w = []
        for _, draws in parts(protocol.likelihood_draws, 250):
            index = 2**32 + number * protocol.likelihood_draws + draws.start  # beyond the indices of `bound`
            shape = (draws.stop - draws.start, len(x), sum(model.sizes))
            log_w.append(model(x, noise(protocol.seed, Stream.EVALUATION_NOISE, index, shape, device)).cpu().double())
        values.append(L_k(torch.cat(log_w)))
    return torch.cat(values).numpy()


@torch.no_grad()
def active(model: Model, protocol: Protocol, images: Images, device: torch.device) -> list[int]:
    """Count the active units of every layer: Cov_x(E_q[u | x]) > 0.01 (section 5.2).

    Above the first layer the expectation over q(h1 | x) is taken with 50 samples.
    """
    means: list[list[Tensor]] = [[] for _ in model.sizes]
    for index, rows in parts(len(images), 100, first=2**40):
        x = binary(images[rows], protocol.seed, Stream.EVALUATION_BINARIZE, index, device).flatten(1)
        below = model.q[0](x)
        means[0].append(below.loc)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (50, len(x), sum(model.sizes)), device)
        h = below.loc + below.scale * eps[..., : model.sizes[0]]
        for layer, q in enumerate(model.q[1:], 1):
            means[layer].append(q(h).loc.mean(0))
    return [active_units(torch.cat(layer).cpu().numpy()) for layer in means]


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure L_k along the way, and -L_5000 and the active units at the end (tables 1 and 3)."""
    dataset = load(protocol.data)
    train_images, test_images = dataset.train.images[:], dataset.test.images[: protocol.test_images]
    keep_freed_memory()
    model = Model(protocol.layers, train_images, protocol.seed).to(place.device)
    sets = {"train": train_images[: protocol.evaluated], "test": test_images[: protocol.evaluated]}

    def measure() -> dict[str, float]:
        return with_errors({name: bound(model, protocol, images, place.device) for name, images in sets.items()})

    curve = train(model, train_images, protocol, place, measure)
    mean, error = mean_and_error(-log_likelihood(model, protocol, test_images, place.device))
    name = f"-L_{protocol.likelihood_draws}, test"
    known, otherwise = printed(protocol), "not in tables 1 and 3"
    quantities = [beside(name, mean, known, otherwise, standard_error=error, lower_is_better=True)]
    for layer, count in enumerate(active(model, protocol, test_images, place.device), 1):
        name = f"active units, layer {layer}"
        quantities.append(Quantity(name, ours=count, no_paper_value="compare at the paper's budget only"))
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)


def printed(protocol: Protocol) -> float | None:
    """Return -L_5000 of the same model in table 1 or 3."""
    return NLL.get((protocol.data, protocol.layers, protocol.objective, protocol.k))
