"""The label-conditional VAE, after Kingma et al. 2014, "Semi-supervised learning with deep generative models".

In a VAE that is conditioned on the class y, the encoder q(z | x, y) and the decoder p(x | y, z) see the label beside
the image or the latents, one-hot. This is the paper's model M2 (arXiv 1406.5298) where every label is known: asked
for a class, it generates images of that class. `paper.semi_supervised` is M2 as the paper uses it, with few labels;
the other model that is called a conditional VAE, which predicts one part of an image from another, is in
`paper.structured_output`. Figures are in nats per image.

The full text of the paper was not at hand, and no number of it for such samples is known to us. What is measured, and
how, is ours: a classifier that was trained on real images says which class it sees in 1,000 samples of each class. Ours
too are the sizes, the schedule, and two things that are to make samples follow the label (they were not separated):

* Every layer sees the label, not only the first of a network.
* The KL divergence weighs 10 at first, and ever less over the first half of a run, down to ``beta``. Where z is dear at
  first, the decoder begins with the mean image of each class, and z adds to that. Notebook 10 compares three weights on
  digits: there a weight of 1 from the start does as well.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import Split, load
from common.data.batches import batch_indices
from common.metrics import importance_weighted_bound
from common.streams import Stream, generator
from paper.cvae.model import L, Model, generate, log_weights
from paper.judge.classifier import CLASSES, Classifier, Training, trained_classifier
from paper.kit.curve import Curve, four_in_each_decade, mean_and_error, note, with_errors
from paper.kit.draws import CPU, binary, grey, noise, parts
from paper.kit.health import gradient_norm, kl_per_latent
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Count, Minibatches, Positive, Precision, Share, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend, geometric

TITLE = "Label-conditional VAE (Kingma et al. 2014)"
HEADLINE = ("mnist_short", "samples of the class asked for, binary draws, %")
NO_NUMBER = "not known to us"

# The experiment, as data.


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    latents: Count = 50
    """latents of an image"""
    hidden: Count = 500
    """units of each hidden layer"""
    M: Count = 100
    """images of a minibatch"""
    step_size: Positive = 1e-3
    """step size of Adam at first"""
    final_step_size: Positive = 1e-4
    """step size of Adam at last"""
    first_beta: Positive = 10.0
    """weight of the KL divergence at first"""
    beta: Positive = 1.0
    """weight of the KL divergence in the end"""
    beta_falls: Share = 0.5
    """part of the run over which the weight falls"""
    samples: Count = 200 * 60_000
    """training images, repeats included"""
    evaluated: Count = 1000
    """first images of either set, whose bound is measured along the way"""
    test_images: Count = 10_000
    """first test images, whose log p(x | y) is estimated"""
    likelihood_draws: Count = 100
    """draws of z for each of these"""
    generated: Count = 1000
    """samples of each class that the classifier judges"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained"""
    precision: Precision = "float32"
    """precision of matrix products"""
    seed: Whole = 0
    """of all random numbers"""


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
BUDGETS = {
    "short": {"samples": 40 * 60_000, "M": 200, "step_size": 1.5e-3, "precision": "bfloat16"},
    "paper": {"samples": 200 * 60_000},
}

# Training.


def draw(
    split: Split, chosen: np.ndarray | slice, seed: int, stream: Stream, index: int, device: torch.device = CPU
) -> tuple[Float[Tensor, "M D"], Int[Tensor, " M"]]:
    """Return the chosen images, binarised anew, and their labels."""
    assert split.labels is not None
    x = binary(split.images[chosen], seed, stream, index, device).flatten(1)
    return x, torch.from_numpy(split.labels[chosen]).to(device)


def kl_weight(protocol: Protocol, progress: float) -> float:
    """Return beta at ``progress`` (0 to 1) of a run: it falls geometrically from ``first_beta``, then stays."""
    left = max(0.0, 1 - progress / protocol.beta_falls)
    return protocol.beta * (protocol.first_beta / protocol.beta) ** left


def train(
    model: Model, split: Split, protocol: Protocol, place: Place, measure: Callable[[], dict[str, float]] = dict
) -> Curve:
    """Take the steps that are left, with a step size that falls geometrically; return what was measured."""
    optimizer = Adam(model.parameters(), protocol.step_size, fused=True)
    points = four_in_each_decade(protocol.samples, protocol.M)
    with place.stage("vae", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            progress = step / protocol.steps
            chosen = batch_indices(protocol.seed, step, len(split), protocol.M)
            x, y = draw(split, chosen, protocol.seed, Stream.BINARIZE, step, place.device)
            eps = noise(protocol.seed, Stream.NOISE, step, (protocol.M, protocol.latents), place.device)
            with products(protocol.precision, place.device):
                objective = L(model, x, y, eps, beta := kl_weight(protocol, progress)).mean()
            descend(-objective, optimizer, geometric(protocol.step_size, protocol.final_step_size, progress))
            if stage.logs:
                kl, norm = kl_per_latent(model.q(x, y)), gradient_norm(model)
                stage.log(loss=-objective, kl_per_latent=kl, beta=beta, gradient_norm=norm)
            if step + 1 in points:
                note(stage.curve, {"samples": (step + 1) * protocol.M, **measure()})
    return stage.curve


# What is measured.


@torch.no_grad()
def bound(
    model: Model, split: Split, protocol: Protocol, images: int, device: torch.device = CPU
) -> Float[np.ndarray, " n"]:
    """Estimate the bound of each of the first images."""
    values = []
    for index, rows in parts(min(images, len(split)), 500):
        x, y = draw(split, rows, protocol.seed, Stream.EVALUATION_BINARIZE, index, device)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (len(x), protocol.latents), device)
        values.append(L(model, x, y, eps))
    return torch.cat(values).cpu().numpy().astype(np.float64)


@torch.no_grad()
def log_likelihood(
    model: Model, split: Split, protocol: Protocol, device: torch.device = CPU
) -> Float[np.ndarray, " n"]:
    """Estimate log p(x | y) of each of the first images by importance sampling: in expectation, a lower bound."""
    values = []
    for index, rows in parts(min(protocol.test_images, len(split)), 20, first=2**32):  # not those of `bound`
        x, y = draw(split, rows, protocol.seed, Stream.EVALUATION_BINARIZE, index, device)
        shape = (protocol.likelihood_draws, len(x), protocol.latents)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, shape, device)
        with products(protocol.precision, device):
            values.append(importance_weighted_bound(log_weights(model, x, y, eps).cpu().double().numpy()))
    return np.concatenate(values)


def as_asked(
    model: Model, classifier: Classifier, protocol: Protocol, device: torch.device = CPU
) -> dict[str, Float[np.ndarray, " n"]]:
    """Return, for binary draws and for mean images, 1 where the classifier names the class asked for, 0 elsewhere."""
    y = torch.arange(CLASSES, device=device).repeat_interleave(protocol.generated)
    eps = noise(protocol.seed, Stream.EVALUATION_NOISE, 2**40, (len(y), protocol.latents), device)
    mean = generate(model, y, eps)
    u = generator(protocol.seed, Stream.EVALUATION_BINARIZE, 2**40).random(tuple(mean.shape))
    drawn = (torch.from_numpy(u) < mean.cpu()).to(mean)
    judged = {"binary draws": drawn, "mean images": mean}
    return {name: _right(classifier, images, y) for name, images in judged.items()}


def accuracy(
    classifier: Classifier, test: Split, protocol: Protocol, device: torch.device = CPU
) -> dict[str, Float[np.ndarray, " n"]]:
    """Return, for real test images binarised and in grey, 1 where the classifier is right, 0 elsewhere."""
    binarised, y = draw(test, slice(None), protocol.seed, Stream.EVALUATION_BINARIZE, 2**40 + 1, device)
    judged = {"binarised": binarised, "grey": grey(test.images[:], device).flatten(1)}
    return {name: _right(classifier, images, y) for name, images in judged.items()}


def _right(classifier: Classifier, x: Float[Tensor, "n D"], y: Int[Tensor, " n"]) -> Float[np.ndarray, " n"]:
    return (classifier.name(x) == y).cpu().double().numpy()


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train the model by a protocol, then a classifier; count how often samples are of the class asked for."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    model = Model(dataset.train.images[0].size, protocol.hidden, protocol.latents, protocol.seed).to(device)
    sets = {"train": dataset.train, "test": dataset.test}

    def measure() -> dict[str, float]:
        found = {name: bound(model, split, protocol, protocol.evaluated, device) for name, split in sets.items()}
        return with_errors(found)

    curve = train(model, dataset.train, protocol, place, measure)
    judge = trained_classifier(dataset.train, Training(protocol.data, protocol.classifier_steps, protocol.seed), place)
    right, judged = as_asked(model, judge, protocol, device), accuracy(judge, dataset.test, protocol, device)
    quantities = [
        *_percentages("samples of the class asked for, {}, %", right),
        *_percentages("real test images that the classifier names, {}, %", judged),
        _nats("-bound of log p(x given y), test", -bound(model, dataset.test, protocol, protocol.test_images, device)),
        _nats("-log p(x given y), test", -log_likelihood(model, dataset.test, protocol, device)),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)


def _percentages(name: str, right: Mapping[str, Float[np.ndarray, " n"]]) -> Iterator[Quantity]:
    for kind, values in right.items():
        mean, error = mean_and_error(100 * values)
        yield Quantity(name.format(kind), mean, no_paper_value=NO_NUMBER, standard_error=error)


def _nats(name: str, values: Float[np.ndarray, " n"]) -> Quantity:
    mean, error = mean_and_error(values)
    return Quantity(name, mean, no_paper_value=NO_NUMBER, standard_error=error)
