"""The label-conditional VAE, after Kingma et al. 2014, "Semi-supervised learning with deep generative models".

In a VAE that is conditioned on the class y, the encoder q(z | x, y) and the decoder p(x | y, z) see the label beside
the image or the latents, one-hot. This is the paper's model M2 (arXiv 1406.5298) where every label is known: asked
for a class, it generates images of that class. `paper.semi_supervised` is M2 as the paper uses it, with few labels;
the other model that is called a conditional VAE, which predicts one part of an image from another, is in
`paper.structured_output`. Figures are in nats per image.

The full text of the paper was not at hand, and no number of it for such samples is known to us. What is measured, and
how, is ours: a classifier that was trained on real images says which class it sees in 1,000 samples of each class. Ours
too are the sizes, the schedule, and two things that together make samples obey the label (only both together were
taken away):

* Every layer sees the label, not only the first of a network.
* The KL divergence weighs 10 at first, and ever less over the first half of a run, down to ``beta``. With a weight of
  1 from the start, the encoder writes the class into z before the decoder has learnt to read it from y; a z drawn from
  p(z) then asks for one class, y for another. Where z is dear at first, the decoder begins with the mean image of each
  class, and z adds to that.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn, relu
from torch.distributions import Bernoulli, Normal, kl_divergence
from torch.nn import functional as F
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import Split, load
from common.data.batches import batch_indices
from common.data.binarization import dynamic_binarization
from common.errors import InvalidArgument, OperationFailed
from common.metrics import importance_weighted_bound
from common.objective import LOGVAR_MAX, LOGVAR_MIN
from common.streams import Stream, generator, normal
from paper.kit.classifier import CLASSES, Classifier, Training, trained_classifier
from paper.kit.curve import mean_and_error, record_curve
from paper.kit.initial import draw_parameters
from paper.kit.precision import products, widened
from paper.kit.protocol import check_fields
from paper.kit.results import Quantity, Result
from paper.kit.run import Run
from paper.kit.steps import geometric, set_step_size

TITLE = "Label-conditional VAE (Kingma et al. 2014)"
HEADLINE = ("mnist_short", "samples of the class asked for, binary draws, %")
NO_NUMBER = "not known to us"

# Where the label goes.


def one_hot(labels: Int[Tensor, " batch"], classes: int) -> Float[Tensor, "batch classes"]:
    """Return a row for every label y, with 1 at index y and 0 elsewhere; labels count from 0."""
    return F.one_hot(labels, classes).to(torch.get_default_dtype())


def condition(
    x: Float[Tensor, "batch *shape"], labels: Int[Tensor, " batch"], classes: int
) -> Float[Tensor, "batch features"]:
    """Return [x, y]: all numbers of an image (or of its z) in one row, and behind them its label, one-hot.

    The input of a fully connected encoder q(z | x, y) or decoder p(x | y, z); source: Kingma et al. 2014, section 2.
    """
    return torch.cat([x.flatten(1), one_hot(labels, classes).to(x.dtype)], dim=1)


def condition_channels(
    x: Float[Tensor, "batch channels height width"], labels: Int[Tensor, " batch"], classes: int
) -> Float[Tensor, "batch channels_and_classes height width"]:
    """Return [x, y] as channels: those of the image, and behind them a constant plane for every class.

    The plane of the image's own class is 1 at all pixels, the others are 0. The input of a convolutional encoder
    q(z | x, y).
    """
    planes = one_hot(labels, classes).to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
    return torch.cat([x, planes], dim=1)


# The experiment, as data.


@dataclass(frozen=True)
class Protocol:
    """Everything that decides a result.

    ``samples`` counts training images, repeats included. The KL weighs ``first_beta`` at first and ``beta``
    from the part ``beta_falls`` of the run on. The curve shows the bound on the first ``evaluated`` images
    of either set; log p(x | y) is estimated on the first ``test_images`` with ``likelihood_draws`` of z for each. The
    classifier takes ``classifier_steps`` steps and then judges ``generated`` samples of each class.
    """

    data: Literal["mnist", "digits"] = "mnist"
    latents: int = 50
    hidden: int = 500
    M: int = 100
    step_size: float = 1e-3
    final_step_size: float = 1e-4
    first_beta: float = 10.0
    beta: float = 1.0
    beta_falls: float = 0.5
    samples: int = 200 * 60_000
    evaluated: int = 1000
    test_images: int = 10_000
    likelihood_draws: int = 100
    generated: int = 1000
    classifier_steps: int = 4000
    precision: Literal["float32", "bfloat16"] = "float32"
    seed: int = 0

    def __post_init__(self) -> None:
        check_fields(self)
        if self.samples < self.M:
            raise InvalidArgument("samples", self.samples, f"at least one minibatch of {self.M}")


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
BUDGETS = {
    "short": {"samples": 40 * 60_000, "M": 200, "step_size": 1.5e-3, "precision": "bfloat16"},
    "paper": {"samples": 200 * 60_000},
}

# The model.


class ConditionalMLP(nn.Module):
    """Two hidden layers of ReLU units and a linear one, each of which sees the label beside its input."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        sizes = ((inputs, hidden), (hidden, hidden), (hidden, outputs))
        self.layers = nn.ModuleList([nn.Linear(before + CLASSES, after) for before, after in sizes])

    def forward(self, h: Float[Tensor, "M inputs"], y: Int[Tensor, " M"]) -> Float[Tensor, "M outputs"]:
        """Return the last layer's output."""
        *hidden, last = self.layers
        for layer in hidden:
            h = relu(layer(condition(h, y, CLASSES)))
        return widened(last(condition(h, y, CLASSES)))


class Model(nn.Module):
    """q(z | x, y) = N(mu, sigma^2), p(x | y, z) Bernoulli, p(z) = N(0, I)."""

    def __init__(self, protocol: Protocol, D: int) -> None:
        super().__init__()
        self.encoder = ConditionalMLP(D, protocol.hidden, 2 * protocol.latents)
        self.decoder = ConditionalMLP(protocol.latents, protocol.hidden, D)
        draw_parameters(self, protocol.seed)

    def q(self, x: Float[Tensor, "M D"], y: Int[Tensor, " M"]) -> Normal:
        """Return q(z | x, y)."""
        mu, logvar = self.encoder(x, y).chunk(2, -1)
        return Normal(mu, (logvar.clamp(LOGVAR_MIN, LOGVAR_MAX) / 2).exp(), validate_args=False)

    def p(self, y: Int[Tensor, " M"], z: Float[Tensor, "M J"]) -> Bernoulli:
        """Return p(x | y, z)."""
        return Bernoulli(logits=self.decoder(z, y), validate_args=False)


PRIOR = Normal(0.0, 1.0, validate_args=False)


def L(  # noqa: N802
    model: Model, x: Float[Tensor, "M D"], y: Int[Tensor, " M"], eps: Float[Tensor, "M J"], beta: float = 1.0
) -> Float[Tensor, " M"]:
    """Estimate E_q[log p(x | y, z)] - beta KL(q(z | x, y) to p(z)) with one z an image.

    With beta = 1 this is a lower bound of log p(x | y). The bound of log p(x, y), which the paper writes down, is lower
    by log 10: the classes are equally probable.
    """
    q = model.q(x, y)
    z = q.loc + q.scale * eps
    return model.p(y, z).log_prob(x).sum(-1) - beta * kl_divergence(q, PRIOR).sum(-1)


def log_weights(
    model: Model, x: Float[Tensor, "M D"], y: Int[Tensor, " M"], eps: Float[Tensor, "S M J"]
) -> Float[Tensor, "S M"]:
    """Return log p(x | y, z) + log p(z) - log q(z | x, y) of S draws for each image."""
    q = model.q(x, y)
    z = q.loc + q.scale * eps
    p = model.p(y.repeat(len(eps)), z.flatten(0, 1))
    log_p_x = p.log_prob(x.repeat(len(eps), 1)).sum(-1).unflatten(0, eps.shape[:2])
    return log_p_x + (PRIOR.log_prob(z) - q.log_prob(z)).sum(-1)


@torch.no_grad()
def generate(model: Model, y: Int[Tensor, " n"], eps: Float[Tensor, "n J"]) -> Float[Tensor, "n D"]:
    """Return the mean image of p(x | y, z) for every class y that is asked for, with z = eps ~ N(0, I)."""
    return model.p(y, eps).mean


# Training.


def draw(
    split: Split, chosen: np.ndarray | slice, seed: int, stream: Stream, index: int
) -> tuple[Float[Tensor, "M D"], Int[Tensor, " M"]]:
    """Return the chosen images, binarised anew, and their labels."""
    assert split.labels is not None
    x = dynamic_binarization(split.images[chosen], seed, stream, index).astype(np.float32)
    return torch.from_numpy(x).flatten(1), torch.from_numpy(split.labels[chosen])


def noise(protocol: Protocol, stream: Stream, index: int, *shape: int) -> Tensor:
    """Draw eps ~ N(0, I), of this shape and, behind it, the latents."""
    return torch.from_numpy(normal(protocol.seed, stream, index, (*shape, protocol.latents)).astype(np.float32))


def kl_weight(protocol: Protocol, progress: float) -> float:
    """Return beta at ``progress`` (0 to 1) of a run: it falls geometrically from ``first_beta``, then stays."""
    left = max(0.0, 1 - progress / protocol.beta_falls)
    return protocol.beta * (protocol.first_beta / protocol.beta) ** left


def train(model: Model, optimizer: Adam, split: Split, protocol: Protocol, first_step: int) -> Iterator[dict[str, Any]]:
    """Take the steps of a protocol from ``first_step`` on; the step size falls geometrically."""
    steps = protocol.samples // protocol.M
    for step in range(first_step, steps):
        chosen = batch_indices(protocol.seed, step, len(split), protocol.M)
        x, y = draw(split, chosen, protocol.seed, Stream.BINARIZE, step)
        with products(protocol.precision):
            eps = noise(protocol, Stream.NOISE, step, protocol.M)
            objective = L(model, x, y, eps, kl_weight(protocol, step / steps)).mean()
        if not objective.isfinite():
            raise OperationFailed(f"the objective became {objective.item()} at step {step}.", "Lower --step-size.")
        set_step_size(optimizer, geometric(protocol.step_size, protocol.final_step_size, step / steps))
        optimizer.zero_grad()
        (-objective).backward()
        optimizer.step()
        yield {"step": step + 1, "objective": objective.item()}


# What is measured.


@torch.no_grad()
def bound(model: Model, split: Split, protocol: Protocol, images: int) -> Float[np.ndarray, " n"]:
    """Estimate the bound of each of the first images."""
    values = []
    for index, start in enumerate(range(0, min(images, len(split)), 500)):
        part = slice(start, min(start + 500, images))
        x, y = draw(split, part, protocol.seed, Stream.EVALUATION_BINARIZE, index)
        values.append(L(model, x, y, noise(protocol, Stream.EVALUATION_NOISE, index, len(x))).numpy())
    return np.concatenate(values).astype(np.float64)


@torch.no_grad()
def log_likelihood(model: Model, split: Split, protocol: Protocol) -> Float[np.ndarray, " n"]:
    """Estimate log p(x | y) of each of the first images by importance sampling: in expectation, a lower bound."""
    values = []
    for index, start in enumerate(range(0, min(protocol.test_images, len(split)), 20), 2**32):  # not those of `bound`
        part = slice(start, min(start + 20, protocol.test_images))
        x, y = draw(split, part, protocol.seed, Stream.EVALUATION_BINARIZE, index)
        eps = noise(protocol, Stream.EVALUATION_NOISE, index, protocol.likelihood_draws, len(x))
        with products(protocol.precision):
            values.append(importance_weighted_bound(log_weights(model, x, y, eps).double().numpy()))
    return np.concatenate(values)


def as_asked(model: Model, classifier: Classifier, protocol: Protocol) -> dict[str, Float[np.ndarray, " n"]]:
    """Return, for binary draws and for mean images, 1 where the classifier names the class asked for, 0 elsewhere."""
    y = torch.arange(CLASSES).repeat_interleave(protocol.generated)
    mean = generate(model, y, noise(protocol, Stream.EVALUATION_NOISE, 2**40, len(y)))
    u = generator(protocol.seed, Stream.EVALUATION_BINARIZE, 2**40).random(tuple(mean.shape))
    binary = (torch.from_numpy(u) < mean).to(mean.dtype)
    judged = {"binary draws": binary, "mean images": mean}
    return {name: (classifier.name(images) == y).double().numpy() for name, images in judged.items()}


def accuracy(classifier: Classifier, test: Split, protocol: Protocol) -> dict[str, Float[np.ndarray, " n"]]:
    """Return, for real test images binarised and in grey, 1 where the classifier is right, 0 elsewhere."""
    binary, y = draw(test, slice(None), protocol.seed, Stream.EVALUATION_BINARIZE, 2**40 + 1)
    judged = {"binarised": binary, "grey": torch.from_numpy(test.images[:].astype(np.float32) / 255).flatten(1)}
    return {name: (classifier.name(images) == y).double().numpy() for name, images in judged.items()}


def reproduce(
    protocol: Protocol,
    folder: Path | None = None,
    on_step: Callable[[int], None] = lambda step: None,
    save_seconds: float = 60.0,
) -> Result:
    """Train the model by a protocol, then a classifier; count how often samples are of the class asked for.

    Arguments and errors are those of `paper.kit.paper.Reproduce`.
    """
    keep_freed_memory()
    dataset = load(protocol.data)
    model = Model(protocol, D=dataset.train.images[0].size)
    optimizer = Adam(model.parameters(), protocol.step_size, fused=True)
    state = Run(protocol, model, optimizer, folder, save_seconds)
    sets = {"train": dataset.train, "test": dataset.test}
    measures = {name: partial(bound, model, split, protocol, protocol.evaluated) for name, split in sets.items()}
    steps = train(model, optimizer, dataset.train, protocol, state.step)
    for record in state.keep(record_curve(steps, measures, state.curve, protocol.M, protocol.samples)):
        on_step(record["step"])
    training = Training(protocol.data, protocol.classifier_steps, protocol.seed)
    judge = trained_classifier(dataset.train, training, None if folder is None else folder / "classifier", save_seconds)
    quantities = [
        *_percentages("samples of the class asked for, {}, %", as_asked(model, judge, protocol)),
        *_percentages("real test images that the classifier names, {}, %", accuracy(judge, dataset.test, protocol)),
        _nats("-bound of log p(x given y), test", -bound(model, dataset.test, protocol, protocol.test_images)),
        _nats("-log p(x given y), test", -log_likelihood(model, dataset.test, protocol)),
    ]
    return Result(protocol, quantities, state.curve, state.seconds, dataset.checksum, model)


def _percentages(name: str, right: Mapping[str, Float[np.ndarray, " n"]]) -> Iterator[Quantity]:
    for kind, values in right.items():
        mean, error = mean_and_error(100 * values)
        yield Quantity(name.format(kind), mean, no_paper_value=NO_NUMBER, standard_error=error)


def _nats(name: str, values: Float[np.ndarray, " n"]) -> Quantity:
    mean, error = mean_and_error(values)
    return Quantity(name, mean, no_paper_value=NO_NUMBER, standard_error=error)
