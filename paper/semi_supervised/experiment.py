"""Kingma, Rezende, Mohamed & Welling 2014, "Semi-supervised Learning with Deep Generative Models" (arXiv 1406.5298).

Few images have a label y, many have none; models of p(x) let the many help. Names are the paper's: M1 is a VAE whose
latents are features for a classifier, M2 explains an image by its class y and latents z, M1+M2 is M2 on M1's latents,
z1, with latents z2 of its own. Equation numbers stand beside the lines. Figures are in nats per image.

What is done otherwise than in the paper:

* M1's features go to a support vector machine with a Gaussian kernel that sees the labelled images alone. The
  paper's is transductive (TSVM) and sees the others too; scikit-learn has none.
* One sample of z has the same noise under all ten classes of an image, so that their bounds differ by the class and
  not by luck. The KL divergence of a Gaussian posterior is exact.
* The class weights start with variance 1. A one-hot label is one input at work, not ten, and beside 784 pixels the
  weights of Glorot & Bengio 2010 make it a whisper that the networks first learn to do without. The last weights of
  q(z | y, x) and p(x | y, z) start at a tenth, so that x depends on y before it depends on z.
* Hidden units are ReLU instead of softplus, parameters have no prior, and each minibatch has images of both kinds.
* One M1 serves all draws of labels, which it does not see.
* ``short`` is a budget for one processor thread, 24 epochs of M2, or 40 of M1 and 80 of M2 on top. In so little time
  other values than the paper's learn better: a larger alpha, fewer latents of M2, dropout in q(y | x), and for
  M1+M2 features with a spread above 0.5, not 0.1. All of them were chosen on the 10,000 validation images, with one or
  two draws of 100 labels; for M1+M2, alpha and the latents with the draw that was worst in an earlier row, the hidden
  units with all five. No test image chose anything, and training does not look at the validation labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import one_hot
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument, OperationFailed
from common.streams import Stream, generator
from paper.kit.curve import Curve, four_in_each_decade, mean_and_error, note, with_errors
from paper.kit.draws import CPU, noise
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Count, Positive, Precision, Share, Weight, Whole, protocol
from paper.kit.results import Quantity, Result, beside
from paper.kit.steps import descend, geometric
from paper.semi_supervised.few_labels import CLASSES, FewLabels, few_labels
from paper.semi_supervised.inputs import Features, Pixels
from paper.semi_supervised.measures import Trained, bound, correct, most_probable, support_vectors
from paper.semi_supervised.model import M1, M2, J_alpha, M2OnFeatures, Masks, kl

TITLE = "Kingma et al. 2014"
HEADLINE = ("mnist_model-M1+M2_labels-100_short", "test error, %")

# Section 4: the experiments, as data.


@protocol
class Protocol:
    """Everything that decides a result; the seed decides the draw of labels and M2, all draws share one M1."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    model: Literal["M1", "M2", "M1+M2"] = "M1+M2"
    """model, as the paper names it"""
    labels: Count = 100
    """labels that are known, a multiple of 10"""
    hidden: Count = 500
    """hidden units of M2"""
    latents: Count = 50
    """latents of M2"""
    least_spread: Weight = 0.1
    """standard deviation above which a latent of M1 is a feature"""
    alpha: Weight = 0.1
    """weight of the classification, in units of N: the paper's is 0.1 N"""
    kept: Share = 1.0
    """share of the hidden units of q(y | x) that dropout keeps; of the pixels, half way from there to all"""
    M: Count = 200
    """images without a label in a minibatch of M2"""
    labelled_m: Count = 100
    """images with a label in a minibatch of M2, at most"""
    step_size: Positive = 3e-4
    """step size of Adam for M2, at first"""
    final_step_size: Positive = 3e-4
    """step size of Adam for M2, at last"""
    samples: Count = 4000 * 50_000
    """training images without a label, repeats included; M1's among them"""
    m1_hidden: Count = 500
    """hidden units of M1"""
    m1_latents: Count = 50
    """latents of M1"""
    m1_m: Count = 200
    """images of a minibatch of M1"""
    m1_step_size: Positive = 3e-4
    """step size of Adam for M1, at first"""
    m1_final_step_size: Positive = 3e-4
    """step size of Adam for M1, at last"""
    m1_samples: Count = 1000 * 50_000
    """training images of M1, in M1+M2"""
    m1_seed: Whole = 1
    """of all random numbers of M1"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all other random numbers"""

    def __post_init__(self) -> None:
        if self.model != "M2" and self.m1.steps < 1:
            raise InvalidArgument("samples", self.m1.samples, f"a minibatch of {self.m1_m} for M1")
        if self.model != "M1" and self.steps < 1:
            raise InvalidArgument(
                "samples", self.samples, f"a minibatch of {self.M} for M2, after M1's if there is one"
            )

    @property
    def m1(self) -> "M1Protocol":
        """What decides M1, which knows of no labels: all draws of labels share it."""
        samples = self.samples if self.model == "M1" else self.m1_samples
        step_sizes = self.m1_step_size, self.m1_final_step_size
        sizes = self.m1_hidden, self.m1_latents, self.m1_m
        return M1Protocol(self.data, *sizes, *step_sizes, samples, self.precision, self.m1_seed)

    @property
    def sizes(self) -> tuple[int, int]:
        """The number of latents of M1 and of M2."""
        return self.m1_latents, self.latents

    @property
    def steps(self) -> int:
        """The steps of M2."""
        return (self.samples - (self.m1_samples if self.model == "M1+M2" else 0)) // self.M


@dataclass(frozen=True)
class M1Protocol:
    """Everything that decides M1."""

    data: str
    hidden: int
    latents: int
    M: int
    step_size: float
    final_step_size: float
    samples: int
    precision: Literal["float32", "bfloat16"]
    seed: int

    @property
    def steps(self) -> int:
        """The steps of M1."""
        return self.samples // self.M

    @property
    def folder(self) -> str:
        """The name of a folder for this M1 and no other."""
        return f"semi_supervised_m1_{sha256(repr(self).encode()).hexdigest()[:12]}"


PAPER = {
    "mnist": Protocol(),
    "digits": Protocol(data="digits", samples=4000 * 1250, m1_samples=1000 * 1250),
}


def short(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one processor thread has time for; it differs from model to model."""
    step_sizes = {"m1_step_size": 1e-3, "m1_final_step_size": 1e-4, "step_size": 2e-3, "final_step_size": 2e-4}
    changes = {"M": 100, "labelled_m": 50, "m1_samples": 40 * 50_000, "precision": "bfloat16", **step_sizes}
    model = given.get("model", Protocol.model)
    if model == "M1":
        return changes | {"samples": 40 * 50_000, "least_spread": 0.5}
    if model == "M2":
        return changes | {"latents": 10, "alpha": 50.0, "kept": 0.5, "samples": 24 * 50_000}
    on_features = {"latents": 4, "least_spread": 0.5, "step_size": 6e-3, "final_step_size": 3e-4}
    return changes | on_features | {"alpha": 15.0, "kept": 0.5, "samples": 120 * 50_000}


BUDGETS = {"short": short, "paper": {}}

ERROR = {
    # Table 1: (model, labels) -> error in per cent. Nobody here has read the columns of M2 in the paper.
    **{("M1", n): value for n, value in ((100, 11.82), (600, 5.72), (1000, 4.24), (3000, 3.49))},
    **{("M2", n): value for n, value in ((100, 11.97), (600, 4.94), (1000, 3.60), (3000, 3.92))},
    **{("M1+M2", n): value for n, value in ((100, 3.33), (600, 2.59), (1000, 2.40), (3000, 2.18))},
}
SOURCE = {"M1": "M1+TSVM, quoted by others", "M2": "unverified", "M1+M2": "unverified"}

# Section 4: training. M2's random numbers go on where those of M1 have stopped.


def shared(place: Place, m1: M1Protocol) -> Place:
    """Return a place beside that of a run, for an M1 that other runs may have trained already."""
    return replace(place, protocol=m1, folder=None if place.folder is None else place.folder.parent / m1.folder)


def train_m1(protocol: M1Protocol, pixels: Pixels, validation: Pixels, place: Place) -> tuple[M1, Curve]:
    """Train M1, or go on with it; return it and its bound on validation images along the way."""
    model = M1(pixels.D, protocol.hidden, protocol.latents, protocol.seed).to(place.device)
    optimizer = Adam(model.parameters(), protocol.step_size, fused=True)
    points = four_in_each_decade(protocol.samples, protocol.M)
    with place.stage("m1", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            rows = batch_indices(protocol.seed, step, len(pixels), protocol.M)
            x = pixels.draw(rows, Stream.BINARIZE, step)
            eps = noise(protocol.seed, Stream.NOISE, step, (protocol.M, protocol.latents), place.device)
            with products(protocol.precision, place.device):
                J = model.J(x, eps).mean()
            descend(J, optimizer, geometric(protocol.step_size, protocol.final_step_size, step / protocol.steps))
            if stage.logs:
                kl_of_z = kl(*model.encode(x)).mean(0)
                stage.log(elbo=-J, kl_per_latent=kl_of_z, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                found = bound(Trained(model, None, None), validation, (protocol.latents, 1), protocol.seed)
                note(stage.curve, {"samples": (step + 1) * protocol.M, **with_errors({"bound, validation": found})})
    return model, stage.curve


def train_m2(
    model: M2,
    inputs: Sequence[Pixels | Features],
    data: FewLabels,
    protocol: Protocol,
    place: Place,
) -> Curve:
    """Take the steps that are left; return the accuracy on validation images along the way."""
    optimizer = Adam(model.parameters(), protocol.step_size, fused=True)
    unlabelled = np.setdiff1d(np.arange(len(data.images)), data.labelled)
    share = len(data.labels) / len(data.images)
    labelled_m = min(protocol.labelled_m, len(data.labels))
    points, (training, validation) = four_in_each_decade(protocol.steps * protocol.M, protocol.M), inputs[:2]
    with place.stage("m2", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            index = protocol.m1.steps + step
            without = unlabelled[batch_indices(protocol.seed, index, len(unlabelled), protocol.M)]
            known = batch_indices(protocol.seed, index, len(data.labels), labelled_m)
            x = training.draw(np.concatenate([without, data.labelled[known]]), Stream.BINARIZE, index)
            y = torch.from_numpy(data.labels[known]).to(place.device)
            eps = noise(protocol.seed, Stream.NOISE, index, (len(x), protocol.latents), place.device)
            masks = draw_masks(protocol, index, (len(x), training.D), place.device)
            with products(protocol.precision, place.device):
                objective = J_alpha(model, x, y, eps, share, protocol.alpha, masks)
            step_size = geometric(protocol.step_size, protocol.final_step_size, step / protocol.steps)
            descend(objective, optimizer, step_size)
            if stage.logs:
                of_known = kl(*model.q(x[-len(y) :], one_hot(y, CLASSES).to(x)[:, None])).mean((0, 1))
                stage.log(loss=objective, kl_per_latent=of_known, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                right = correct(partial(most_probable, model), validation.mean(), data.validation)
                note(stage.curve, {"samples": (step + 1) * protocol.M, **with_errors({"accuracy, validation": right})})
    return stage.curve


def draw_masks(protocol: Protocol, index: int, shape: tuple[int, int], device: torch.device = CPU) -> Masks:
    """Draw what dropout keeps of the inputs, of this shape, and of the hidden units; what is kept grows in turn."""
    uniform = generator(protocol.seed, Stream.NOISE, 2**40 + index).random
    kept_inputs = (1 + protocol.kept) / 2 if protocol.model == "M2" else 1.0
    sizes = ((shape, kept_inputs), ((shape[0], protocol.hidden), protocol.kept))
    of_inputs, of_hidden = (
        (torch.from_numpy(uniform(size, np.float32) < kept) / kept).to(device) for size, kept in sizes
    )
    return of_inputs, of_hidden


# The three models.


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure the error on the test images, the accuracy on validation images, and the bound.

    M1 lies in a folder beside this run's, for all runs that share it.
    """
    keep_freed_memory()
    dataset = load(protocol.data)
    data = few_labels(dataset, protocol.labels, protocol.seed)
    sets = [data.images, data.validation.images[:], data.test.images[:]]
    pixels = [Pixels(images, protocol.seed, place.device) for images in sets]
    inputs: Sequence[Pixels | Features] = pixels
    m1, used, m2, curve = None, None, None, {}
    if protocol.model != "M2":
        of_m1 = [part.seeded(protocol.m1_seed) for part in pixels]
        m1, curve = train_m1(protocol.m1, of_m1[0], of_m1[1].first(1000), shared(place, protocol.m1))
        inputs, used = features(m1, pixels, protocol)
    if protocol.model == "M1":
        classify = support_vectors(inputs[0].mean(data.labelled), data.labels, inputs[1].mean(), data.validation)
    else:
        kind = M2 if protocol.model == "M2" else M2OnFeatures
        m2 = kind(inputs[0].D, protocol.hidden, protocol.latents, protocol.seed).to(place.device)
        curve = train_m2(m2, inputs, data, protocol, place)
        classify = partial(most_probable, m2)
    trained = Trained(m1, used, m2)
    by_image = {
        "test": correct(classify, inputs[2].mean(), data.test),
        "validation": correct(classify, inputs[1].mean(), data.validation),
        "bound": bound(trained, pixels[2], protocol.sizes, protocol.seed),
    }
    return Result(protocol, _quantities(protocol, by_image), curve, place.seconds, dataset.checksum, trained)


def features(m1: M1, pixels: Sequence[Pixels], protocol: Protocol) -> tuple[list[Features], Bool[Tensor, " z1"]]:
    """Return the features of several sets of images, and which latents they are, judged by the first set."""
    posteriors = [m1.encode_all(part.mean()) for part in pixels]
    used = posteriors[0][0].std(0) > protocol.least_spread
    if not used.any():
        raise OperationFailed("M1 uses no latent.", "Train it longer (--m1-samples), or lower --least-spread.")
    return [Features(mu, logvar, used, protocol.seed) for mu, logvar in posteriors], used


def _quantities(protocol: Protocol, by_image: Mapping[str, Float[np.ndarray, " n"]]) -> list[Quantity]:
    (test, test_error), (validation, validation_error), (value, value_error) = (
        mean_and_error(by_image[name]) for name in ("test", "validation", "bound")
    )
    known, source = printed(protocol), SOURCE[protocol.model]
    return [
        Quantity("test accuracy, %", test, no_paper_value="printed as an error", standard_error=test_error),
        beside("test error, %", 100 - test, known, "not in table 1", source, test_error, lower_is_better=True),
        Quantity("validation accuracy, %", validation, no_paper_value="not printed", standard_error=validation_error),
        Quantity("bound, test", value, no_paper_value="not printed", standard_error=value_error),
    ]


def printed(protocol: Protocol) -> float | None:
    """Return the error of the same model in table 1."""
    return ERROR.get((protocol.model, protocol.labels)) if protocol.data == "mnist" else None
