"""Kingma & Welling 2013, "Auto-Encoding Variational Bayes" (arXiv 1312.6114): the experiments.

The networks and the estimators of the bound are in `paper.aevb.model`. Names are the paper's symbols: a minibatch has
M images, the training set N; L draws of z are made for each image. All figures are in nats per image.

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

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.optim import Adagrad

from common.data import Dataset, load
from common.data.batches import batch_indices
from common.data.dequantization import dequantize
from common.metrics import importance_weighted_bound
from common.streams import Stream, generator
from paper.aevb.model import L_A, L_B, Model, log_weights
from paper.kit.curve import Curve, four_in_each_decade, mean_and_error, note, with_errors
from paper.kit.draws import binary, noise, parts
from paper.kit.health import gradient_norm, kl_per_latent
from paper.kit.place import Place
from paper.kit.protocol import Count, Minibatches, Positive, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend

TITLE = "Kingma & Welling 2013"
HEADLINE = ("mnist_latents-20_short", "bound, test")
NO_NUMBER = "curves only, fig. 2"
SPLIT_SEED = 0

Images = UInt8[np.ndarray, "n 1 h w"]

# Section 5: the experiments, as data.


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "frey_face", "digits"] = "mnist"
    """data set"""
    latents: Count = 20
    """latents of an image"""
    hidden: Count = 500
    """hidden units of encoder and decoder"""
    step_size: Positive = 0.01
    """step size of Adagrad"""
    M: Count = 100
    """images of a minibatch"""
    L: Count = 1
    """draws of z for each image"""
    estimator: Literal["A", "B"] = "B"
    """estimator of the bound: A samples its KL divergence, B integrates it"""
    samples: Count = 10**6
    """training images, repeats included, as on the horizontal axis of fig. 2"""
    initial_std: Positive = 0.1
    """standard deviation of the initial parameters"""
    split: Literal["source", "shuffled"] = "source"
    """test images as in the source, or dealt anew"""
    seed: Whole = 0
    """of all random numbers"""
    evaluated: Count = 10_000
    """first images of either set, whose bound is measured"""
    likelihood_images: Count = 1000
    """first test images, whose log p(x) is estimated"""
    likelihood_draws: Count = 500
    """draws of z for each of these"""


PAPER = {
    "mnist": Protocol(),
    "frey_face": Protocol(data="frey_face", hidden=200, split="shuffled"),
    "digits": Protocol(data="digits", hidden=200),
}
BUDGETS = {"short": {"samples": 10**6}, "paper": {"samples": 10**8}}

# Algorithm 1 and section 5: stochastic gradient ascent with Adagrad, to the MAP estimate of theta.


def model_of(protocol: Protocol, D: int) -> Model:
    """Return the model for images of D pixels: Frey Face is grey, the others are binarised."""
    likelihood = "Gaussian" if protocol.data == "frey_face" else "Bernoulli"
    return Model(D, protocol.hidden, protocol.latents, likelihood, protocol.initial_std, protocol.seed)


def adagrad(model: Model, protocol: Protocol, N: int) -> Adagrad:
    """Return Adagrad for (L^M + log p(theta)) / N, with L^M = N/M sum_i L(x_i) (eq. 8).

    Per image the prior weighs 1/N: -d/dtheta log p(theta) / N = theta / N, a weight decay of 1/N. Adagrad's step
    does not depend on the scale of the objective, so dividing by N changes nothing.
    """
    groups = [{"params": model.phi.parameters()}, {"params": model.theta.parameters(), "weight_decay": 1 / N}]
    return Adagrad(groups, lr=protocol.step_size, fused=next(model.parameters()).is_cpu)


def observe(images: Images, protocol: Protocol, stream: Stream, index: int, device: torch.device) -> Tensor:
    """Draw x, shape (n, D): 0 or 1 for a Bernoulli decoder, in (0, 1) for a Gaussian one."""
    if protocol.data == "frey_face":
        return torch.from_numpy(dequantize(images, protocol.seed, stream, index)).flatten(1).to(device)
    return binary(images, protocol.seed, stream, index, device).flatten(1)


def train(
    model: Model, images: Images, protocol: Protocol, place: Place, measure: Callable[[], dict[str, float]] = dict
) -> Curve:
    """Take the steps that are left; return what was measured along the way."""
    lower_bound = {"A": L_A, "B": L_B}[protocol.estimator]
    optimizer = adagrad(model, protocol, len(images))
    points = four_in_each_decade(protocol.samples, protocol.M)
    shape = (protocol.L, protocol.M, protocol.latents)
    with place.stage("vae", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            batch = images[batch_indices(protocol.seed, step, len(images), protocol.M)]
            x = observe(batch, protocol, Stream.BINARIZE, step, place.device)
            eps = noise(protocol.seed, Stream.NOISE, step, shape, place.device)
            L = lower_bound(model, x, eps).mean()
            descend(-L, optimizer)
            if stage.logs:
                stage.log(elbo=L, kl_per_latent=kl_per_latent(model.q(x)), gradient_norm=gradient_norm(model))
            if step + 1 in points:
                note(stage.curve, {"samples": (step + 1) * protocol.M, **measure()})
    return stage.curve


# Section 5: what is measured.


@torch.no_grad()
def bound(model: Model, protocol: Protocol, images: Images, device: torch.device) -> Float[np.ndarray, " n"]:
    """Estimate the bound of every image, by L^B with one sampled z."""
    values = []
    for index, rows in parts(len(images), 500):
        x = observe(images[rows], protocol, Stream.EVALUATION_BINARIZE, index, device)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (1, len(x), protocol.latents), device)
        values.append(L_B(model, x, eps))
    return torch.cat(values).cpu().numpy().astype(np.float64)


@torch.no_grad()
def log_likelihood(model: Model, protocol: Protocol, images: Images, device: torch.device) -> Float[np.ndarray, " n"]:
    """Estimate log p(x) of every image by importance sampling from q(z | x): in expectation, a lower bound."""
    values = []
    for index, rows in parts(len(images), 20, first=2**32):  # beyond the indices of `bound`
        x = observe(images[rows], protocol, Stream.EVALUATION_BINARIZE, index, device)
        shape = (protocol.likelihood_draws, len(x), protocol.latents)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, shape, device)
        values.append(importance_weighted_bound(log_weights(model, x, eps).cpu().double().numpy()))
    return np.concatenate(values)


def shuffled_split(dataset: Dataset) -> tuple[UInt8[np.ndarray, "train c h w"], UInt8[np.ndarray, "test c h w"]]:
    """Return all images of a data set dealt anew to parts of the sizes they had, always the same way."""
    images = np.concatenate([dataset.train.images[:], dataset.test.images[:]])
    images = images[generator(SPLIT_SEED, Stream.SPLIT).permutation(len(images))]
    return images[: len(dataset.train)], images[len(dataset.train) :]


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure the bound along the way (fig. 2) and log p(x) at the end."""
    dataset = load(protocol.data)
    source = dataset.train.images[:], dataset.test.images[:]
    train_images, test_images = shuffled_split(dataset) if protocol.split == "shuffled" else source
    model = model_of(protocol, train_images[0].size).to(place.device)
    sets = {"train": train_images[: protocol.evaluated], "test": test_images[: protocol.evaluated]}

    def measure() -> dict[str, float]:
        return with_errors({name: bound(model, protocol, images, place.device) for name, images in sets.items()})

    curve = train(model, train_images, protocol, place, measure)
    log_p = log_likelihood(model, protocol, test_images[: protocol.likelihood_images], place.device)
    found = {f"bound, {name}": (curve[name][-1], curve[f"{name} error"][-1]) for name in sets}
    found["log p(x), test"] = mean_and_error(log_p)
    quantities = [
        Quantity(name, ours=mean, no_paper_value=NO_NUMBER, standard_error=error)
        for name, (mean, error) in found.items()
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)
