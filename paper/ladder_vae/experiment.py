"""Sonderby et al. 2016, "Ladder variational autoencoders" (arXiv 1602.02282): the experiment on MNIST.

A ladder VAE beside a plain hierarchical VAE (``--inference plain``) with the same generative model and the same layers,
three or five levels of latents, with batch norm and warm-up of the KL or without. The networks are in
`paper.ladder_vae.model`. All figures are in nats per image.

Sizes, leaky rectifiers, batch norm, Adam's epsilon, minibatches of 256, warm-up over 200 of 2,000 epochs and -L_5000
are those of the authors' repository. What is done otherwise, and said in every result:

* ``short`` is a budget for 40 minutes of a processor core: 280 epochs, of which 30 % are warm-up, a step size that
  falls geometrically, and matrix products in bfloat16 while training, never while measuring.
  ``comparison`` is one for a minute: 5 epochs, and -L_100. ``paper`` are the 2,000 epochs; no row of it was run.
* -L_k is the -ELBO of all test images less L_k - ELBO of some, evenly spaced, that were binarised and sampled once for
  both: from image to image this difference varies much less than L_k itself.
* KL divergences are by the formula wherever one holds: at all levels of a ladder, at the top of a plain hierarchy.
* Variances are softplus + 1e-4, and the biases of the pixels start at the logits of the mean training image.
"""

from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from pydantic import Field
from torch import Tensor
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.streams import Stream
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import binary, noise, parts, spaced
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Count, Minibatches, Positive, Precision, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend, geometric, weight_of_kl
from paper.ladder_vae.model import Hierarchy, Ladder, Plain, elbo

TITLE = "Sonderby et al. 2016"
HEADLINE = ("mnist_inference-ladder_layers-3_short", "-L_5000, test")

LATENTS = (64, 32, 16, 8, 4)
"""Numbers of z_1 to z_5."""
HIDDEN = (512, 256, 128, 64, 32)
"""Units of each of the two layers beside them."""

NO_NUMBER = "not known to us"

Images = UInt8[np.ndarray, "n 1 h w"]
Part = Annotated[float, Field(ge=0, le=1), "a number from 0 to 1"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    inference: Literal["ladder", "plain"] = "ladder"
    """how q goes through the levels: down, merged with p (ladder), or up from sample to sample (plain)"""
    layers: Literal[1, 2, 3, 4, 5] = 5
    """levels of latents"""
    batch_norm: bool = True
    """whether hidden units are normalised over the minibatch"""
    warm_up: Part = 0.1
    """part of the run in which the weight of the KL rises from 0 to 1"""
    M: Count = 256
    """images of a minibatch"""
    step_size: Positive = 2e-3
    """step size of Adam at first"""
    final_step_size: Positive = 2e-3
    """step size of Adam at last"""
    epsilon: Positive = 1e-4
    """what Adam adds to its denominators"""
    samples: Count = 2000 * 60_000
    """training images, repeats included"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all random numbers"""
    test_images: Count = 10_000
    """test images, evenly spaced, whose L_k - ELBO is measured"""
    likelihood_draws: Count = 5000
    """samples of the latents for each of these"""


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
ONE_CORE = {"warm_up": 0.3, "final_step_size": 1e-4, "precision": "bfloat16"}
BUDGETS: dict[str, dict[str, Any]] = {
    "short": {**ONE_CORE, "samples": 280 * 60_000, "test_images": 500},
    "comparison": {**ONE_CORE, "samples": 5 * 60_000, "test_images": 2000, "likelihood_draws": 100},
    "paper": {},
}


def hierarchy(protocol: Protocol, images: Images) -> Hierarchy:
    """Return the model with its initial values."""
    kind, L = {"ladder": Ladder, "plain": Plain}[protocol.inference], protocol.layers
    return kind(LATENTS[:L], HIDDEN[:L], images, protocol.seed, batch_norm=protocol.batch_norm)


def points_of(steps: int) -> set[int]:
    """Return the steps after which the KL is noted: from the first on, close together in the beginning."""
    return {round(2 ** (k / 2)) for k in range(2 * steps.bit_length()) if 2 ** (k / 2) <= steps} | evenly(steps, 100)


def train(model: Hierarchy, images: Images, protocol: Protocol, place: Place) -> Curve:
    """Take the steps that are left; return the bound and the KL of every level along the way, each of one minibatch.

    The model is left in ``eval`` mode.
    """
    optimizer = Adam(model.parameters(), protocol.step_size, eps=protocol.epsilon, fused=True)
    points = points_of(protocol.steps)
    model.train()
    with place.stage("model", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            progress = step / protocol.steps
            beta = weight_of_kl(progress, protocol.warm_up)
            batch = images[batch_indices(protocol.seed, step, len(images), protocol.M)]
            x = binary(batch, protocol.seed, Stream.BINARIZE, step, place.device).flatten(1)
            eps = noise(protocol.seed, Stream.NOISE, step, (len(x), 1, sum(model.latents)), place.device)
            with products(protocol.precision, place.device):
                log_p_x, kls = model(x, eps)
            loss = -elbo(log_p_x, kls, beta).mean()
            descend(loss, optimizer, geometric(protocol.step_size, protocol.final_step_size, progress))
            if stage.logs:
                found = {"reconstruction": -log_p_x.mean(), "kl_per_level": kls.mean((1, 2))}
                stage.log(loss=loss, beta=beta, **found, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                of_levels = {f"kl {level}": value for level, value in enumerate(kls.mean((1, 2)).tolist(), 1)}
                note(stage.curve, {"step": step + 1, "bound": elbo(log_p_x, kls).mean().item(), **of_levels})
    model.eval()
    return stage.curve


@torch.no_grad()
def parts_of_bound(
    model: Hierarchy, protocol: Protocol, images: Images, device: torch.device
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, "levels n"]]:
    """Estimate the ELBO of every image, and the KL of every level of it, with five samples of the latents."""
    bounds, kls_of_all = [], []
    for index, rows in parts(len(images), 100):
        x = binary(images[rows], protocol.seed, Stream.EVALUATION_BINARIZE, index, device).flatten(1)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (len(x), 5, sum(model.latents)), device)
        log_p_x, kls = model(x, eps)
        bounds.append(elbo(log_p_x, kls).mean(1).cpu())
        kls_of_all.append(kls.mean(2).cpu())
    return torch.cat(bounds).numpy(), torch.cat(kls_of_all, 1).numpy()


@torch.no_grad()
def log_likelihood(
    model: Hierarchy, protocol: Protocol, images: Images, device: torch.device
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Estimate log p(x) of every image by L_k, k = ``likelihood_draws``, and its ELBO with the same samples."""
    values, bounds = [], []
    for number, rows in parts(len(images), 20):
        x = binary(images[rows], protocol.seed, Stream.EVALUATION_BINARIZE, 2**32 + number, device).flatten(1)
        log_w = []
        for _, draws in parts(protocol.likelihood_draws, 250):
            index = 2**32 + number * protocol.likelihood_draws + draws.start  # beyond the indices of the bound
            shape = (len(x), draws.stop - draws.start, sum(model.latents))
            eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, shape, device)
            log_w.append(model.log_weights(x, eps).cpu().double())
        values.append(L_k(torch.cat(log_w, 1)))
        bounds.append(torch.cat(log_w, 1).mean(1))
    return torch.cat(values).numpy(), torch.cat(bounds).numpy()


def L_k(log_w: Float[Tensor, "M k"]) -> Float[Tensor, " M"]:  # noqa: N802
    """Return log (1/k) sum_i w_i."""
    return log_w.logsumexp(1) - np.log(log_w.shape[1])


def mean_of_all(
    of_all: Float[np.ndarray, " N"], of_some: Float[np.ndarray, " n"], gap: Float[np.ndarray, " n"]
) -> tuple[float, float]:
    """Return the mean over all images of something, and its standard error, from ``gap``, its difference to another.

    The other is known of all images, and ``of_some`` is what it is for those of the gap. Such a difference estimator
    takes most of the chance out of the choice of these images.
    """
    covariance = np.cov(of_some, gap)
    variance = of_all.var(ddof=1) / len(of_all) + covariance[1, 1] / len(gap) + 2 * covariance[0, 1] / len(of_all)
    return float(of_all.mean() + gap.mean()), float(np.sqrt(variance))


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure -L_k, the ELBO and the KL of every level on test images."""
    dataset, device = load(protocol.data), place.device
    images, test = dataset.train.images[:], dataset.test.images[:]
    keep_freed_memory()
    model = hierarchy(protocol, images).to(device)
    curve = train(model, images, protocol, place)
    bounds, kls = parts_of_bound(model, protocol, test, device)
    values, bounds_of_some = log_likelihood(model, protocol, spaced(test, protocol.test_images), device)
    measured = {
        f"-L_{protocol.likelihood_draws}": mean_of_all(-bounds, -bounds_of_some, bounds_of_some - values),
        "-ELBO": mean_and_error(-bounds),
        **{f"KL of level {level}": mean_and_error(kl) for level, kl in enumerate(kls, 1)},
    }
    quantities = [
        Quantity(f"{name}, test", mean, no_paper_value=NO_NUMBER, standard_error=error)
        for name, (mean, error) in measured.items()
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)
