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

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument, OperationFailed
from common.streams import Stream, generator
from paper.kit.curve import mean_and_error, record_curve
from paper.kit.precision import products
from paper.kit.protocol import check_fields
from paper.kit.results import Quantity, Result
from paper.kit.run import Run
from paper.kit.steps import geometric, set_step_size
from paper.semi_supervised.few_labels import CLASSES, FewLabels, few_labels
from paper.semi_supervised.inputs import Features, Pixels
from paper.semi_supervised.measures import Trained, bound, correct, most_probable, noise, support_vectors
from paper.semi_supervised.model import EVERY_CLASS, M1, M2, M2OnFeatures, Masks, U

TITLE = "Kingma et al. 2014"
HEADLINE = ("mnist_model-M1+M2_labels-100_short", "test error, %")

# Section 4: the experiments, as data.


@dataclass(frozen=True)
class Protocol:
    """Everything that decides a result.

    ``samples`` counts training images without a label, repeats included; where the model is M1+M2, the first
    ``m1_samples`` of them train M1. Every step of M2 sees ``M`` images without and up to ``labelled_m`` with a label.
    ``alpha`` is in units of N: the paper's is 0.1 N. Dropout in q(y | x) keeps this share, ``kept``, of the hidden
    units, and of the pixels half way from there to all; M1's features, few as they are, stay. The seed decides the draw
    of labels and M2; M1 has a seed of its own, and all draws share one.
    """

    data: Literal["mnist", "digits"] = "mnist"
    model: Literal["M1", "M2", "M1+M2"] = "M1+M2"
    labels: int = 100
    hidden: int = 500
    latents: int = 50
    least_spread: float = 0.1
    alpha: float = 0.1
    kept: float = 1.0
    M: int = 200
    labelled_m: int = 100
    step_size: float = 3e-4
    final_step_size: float = 3e-4
    samples: int = 4000 * 50_000
    m1_hidden: int = 500
    m1_latents: int = 50
    m1_m: int = 200
    m1_step_size: float = 3e-4
    m1_final_step_size: float = 3e-4
    m1_samples: int = 1000 * 50_000
    m1_seed: int = 1
    precision: Literal["float32", "bfloat16"] = "float32"
    seed: int = 0

    def __post_init__(self) -> None:
        check_fields(self)
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

# Section 3.1: the objectives.


def J_alpha(  # noqa: N802
    model: M2,
    x: Float[Tensor, "n D"],
    y: Int[Tensor, " n_l"],
    eps: Float[Tensor, "n z"],
    share: float,
    alpha: float,
    masks: Masks | None = None,
) -> Float[Tensor, ""]:
    """Return J^alpha for each training image: eq. (8) and (9).

    The last images of the minibatch have the labels y. ``share`` of all training images have one.
    """
    unlabelled = len(x) - len(y)
    log_q_y = model.log_q_y(x, masks)
    of_unlabelled = U(model.L(x[:unlabelled], EVERY_CLASS.to(x), eps[:unlabelled]), log_q_y[:unlabelled])
    of_labelled = model.L(x[unlabelled:], F.one_hot(y, CLASSES).to(x)[:, None], eps[unlabelled:])
    classification = F.nll_loss(log_q_y[unlabelled:], y)
    return (1 - share) * of_unlabelled.mean() + share * of_labelled.mean() + alpha * classification


# Section 4: training. M2's random numbers go on where those of M1 have stopped.


def train_m1(
    model: M1, optimizer: Adam, pixels: Pixels, protocol: M1Protocol, first_step: int
) -> Iterator[dict[str, Any]]:
    """Take the steps of M1 from ``first_step`` on; yield the number of steps taken and the bound."""
    for step in range(first_step, protocol.steps):
        x = pixels.draw(batch_indices(protocol.seed, step, len(pixels), protocol.M), Stream.BINARIZE, step)
        with products(protocol.precision):
            J = model.J(x, noise(protocol.seed, Stream.NOISE, step, protocol.M, protocol.latents)).mean()
        _descend(J, optimizer, protocol, step)
        yield {"step": step + 1, "bound": -J.item()}


def train_m2(
    model: M2, optimizer: Adam, inputs: Pixels | Features, data: FewLabels, protocol: Protocol, first_step: int
) -> Iterator[dict[str, Any]]:
    """Take the steps of M2 from ``first_step`` on; yield the number of steps taken and -J^alpha."""
    unlabelled = np.setdiff1d(np.arange(len(data.images)), data.labelled)
    share = len(data.labels) / len(data.images)
    labelled_m = min(protocol.labelled_m, len(data.labels))
    for step in range(first_step, protocol.steps):
        index = protocol.m1.steps + step
        without = unlabelled[batch_indices(protocol.seed, index, len(unlabelled), protocol.M)]
        known = batch_indices(protocol.seed, index, len(data.labels), labelled_m)
        x = inputs.draw(np.concatenate([without, data.labelled[known]]), Stream.BINARIZE, index)
        eps = noise(protocol.seed, Stream.NOISE, index, len(x), protocol.latents)
        with products(protocol.precision):
            y, masks = torch.from_numpy(data.labels[known]), draw_masks(protocol, index, (len(x), inputs.D))
            objective = J_alpha(model, x, y, eps, share, protocol.alpha, masks)
        _descend(objective, optimizer, protocol, step)
        yield {"step": step + 1, "objective": -objective.item()}


def draw_masks(protocol: Protocol, index: int, shape: tuple[int, int]) -> Masks:
    """Draw what dropout keeps of the inputs, of this shape, and of the hidden units; what is kept grows in turn."""
    uniform = generator(protocol.seed, Stream.NOISE, 2**40 + index).random
    kept_inputs = (1 + protocol.kept) / 2 if protocol.model == "M2" else 1.0
    sizes = ((shape, kept_inputs), ((shape[0], protocol.hidden), protocol.kept))
    of_inputs, of_hidden = (torch.from_numpy(uniform(size, np.float32) < kept) / kept for size, kept in sizes)
    return of_inputs, of_hidden


def _descend(objective: Tensor, optimizer: Adam, protocol: Protocol | M1Protocol, step: int) -> None:
    if not objective.isfinite():
        raise OperationFailed(f"the objective became {objective.item()} at step {step}.", "Lower the step size.")
    set_step_size(optimizer, geometric(protocol.step_size, protocol.final_step_size, step / protocol.steps))
    optimizer.zero_grad()
    objective.backward()
    optimizer.step()


# The three models.


def reproduce(
    protocol: Protocol,
    folder: Path | None = None,
    on_step: Callable[[int], None] = lambda step: None,
    save_seconds: float = 60.0,
) -> Result:
    """Train by a protocol; measure the error on the test images, the accuracy on validation images, and the bound.

    Arguments and errors are those of `paper.kit.paper.Reproduce`. M1 lies in a folder beside it, for
    all runs that share it.
    """
    keep_freed_memory()
    dataset = load(protocol.data)
    data = few_labels(dataset, protocol.labels, protocol.seed)
    sets = [data.images, data.validation.images[:], data.test.images[:]]
    pixels = [Pixels(images, protocol.seed) for images in sets]
    inputs: Sequence[Pixels | Features] = pixels
    seconds, curve = 0.0, {}
    m1, used, m2 = None, None, None
    if protocol.model != "M2":
        m1, run = _first_phase(protocol, pixels, folder, on_step, save_seconds)
        inputs, used = features(m1, pixels, protocol)
        seconds, curve = run.seconds, run.curve
    if protocol.model == "M1":
        classify = support_vectors(inputs[0].mean(data.labelled), data.labels, inputs[1].mean(), data.validation)
    else:
        m2, run = _second_phase(protocol, inputs, data, folder, on_step, save_seconds)
        classify, curve = partial(most_probable, m2), run.curve
        seconds += run.seconds
    trained = Trained(m1, used, m2)
    by_image = {
        "test": correct(classify, inputs[2].mean(), data.test),
        "validation": correct(classify, inputs[1].mean(), data.validation),
        "bound": bound(trained, pixels[2], protocol.sizes, protocol.seed),
    }
    return Result(protocol, _quantities(protocol, by_image), curve, seconds, dataset.checksum, trained)


def features(m1: M1, pixels: Sequence[Pixels], protocol: Protocol) -> tuple[list[Features], Bool[Tensor, " z1"]]:
    """Return the features of several sets of images, and which latents they are, judged by the first set."""
    posteriors = [m1.encode_all(part.mean()) for part in pixels]
    used = posteriors[0][0].std(0) > protocol.least_spread
    if not used.any():
        raise OperationFailed("M1 uses no latent.", "Train it longer (--m1-samples), or lower --least-spread.")
    return [Features(mu, logvar, used, protocol.seed) for mu, logvar in posteriors], used


def _first_phase(
    protocol: Protocol, pixels: Sequence[Pixels], folder: Path | None, on_step: Callable[[int], None], seconds: float
) -> tuple[M1, Run]:
    m1 = protocol.m1
    model = M1(pixels[0].D, m1.hidden, m1.latents, m1.seed)
    optimizer = Adam(model.parameters(), m1.step_size, fused=True)
    run = Run(m1, model, optimizer, None if folder is None else folder.parent / m1.folder, seconds)
    records = train_m1(model, optimizer, pixels[0].seeded(m1.seed), m1, run.step)
    validate = partial(
        bound, Trained(model, None, None), pixels[1].seeded(m1.seed).first(1000), protocol.sizes, m1.seed
    )
    curve = record_curve(records, {"bound, validation": validate}, run.curve, m1.M, m1.samples)
    for record in run.keep(curve):
        on_step(record["step"] * m1.M // protocol.M)
    return model, run


def _second_phase(
    protocol: Protocol,
    inputs: Sequence[Pixels | Features],
    data: FewLabels,
    folder: Path | None,
    on_step: Callable[[int], None],
    seconds: float,
) -> tuple[M2, Run]:
    kind = M2 if protocol.model == "M2" else M2OnFeatures
    model = kind(inputs[0].D, protocol.hidden, protocol.latents, protocol.seed)
    optimizer = Adam(model.parameters(), protocol.step_size, fused=True)
    run = Run(protocol, model, optimizer, folder, seconds)
    records = train_m2(model, optimizer, inputs[0], data, protocol, run.step)
    measures = {
        "accuracy, validation": partial(correct, partial(most_probable, model), inputs[1].mean(), data.validation)
    }
    curve = record_curve(records, measures, run.curve, protocol.M, protocol.steps * protocol.M)
    for record in run.keep(curve):
        on_step(record["step"] + (protocol.samples // protocol.M - protocol.steps))
    return model, run


def _quantities(protocol: Protocol, by_image: Mapping[str, Float[np.ndarray, " n"]]) -> list[Quantity]:
    (test, test_error), (validation, validation_error), (value, value_error) = (
        mean_and_error(by_image[name]) for name in ("test", "validation", "bound")
    )
    printed = ERROR.get((protocol.model, protocol.labels)) if protocol.data == "mnist" else None
    return [
        Quantity("test accuracy, %", test, no_paper_value="printed as an error", standard_error=test_error),
        Quantity(
            "test error, %",
            100 - test,
            printed,
            "" if printed is not None else "not in table 1",
            SOURCE[protocol.model] if printed is not None else "",
            standard_error=test_error,
        ),
        Quantity("validation accuracy, %", validation, no_paper_value="not printed", standard_error=validation_error),
        Quantity("bound, test", value, no_paper_value="not printed", standard_error=value_error),
    ]
