"""Makhzani et al. 2015, "Adversarial autoencoders" (arXiv 1511.05644), on grey digits.

A minibatch takes three steps, each with an Adam of its own:

1. reconstruction: encoder and decoder lower the squared error;
2. regularisation: the discriminator learns to tell points of the prior (real) from codes (fake);
3. regularisation: the encoder, as the generator, learns to pass for the prior.

A WAE-GAN (`paper.wae`) adds the first and the third loss, with a weight; here the weight is in the step sizes.

The prior is N(0, I), a mixture of ten Gaussians, or a swiss roll (``--prior``), the last two in a plane. With
``--labels true`` the discriminator is told the class of an image, and the part of the prior that a point is of.

What is done otherwise than in the paper, or left open by it:

* The networks are small and convolutional, with batch norm, as those of `paper.wae`; the discriminator has two layers.
  Adam, the sizes, the step sizes and the schedule are ours, and so are the measures of mixture and roll.
* The encoder lowers -log D(z); the classes of the prior's points are all equally probable.
* Frechet distances are of features of the course's own classifier. The Parzen-window estimate stands beside that of
  images that no model has made, and its sigma is chosen on test images that are not those of the estimate.

``short`` is a budget of about two minutes of a processor core, two passes.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import Dataset, Split, load
from common.data.batches import batch_indices
from common.errors import InvalidArgument
from common.metrics import frechet_distance
from common.streams import Stream, generator
from paper.aae.model import (
    CLASSES,
    PRIORS,
    Autoencoder,
    Discriminator,
    part_of_mixture,
    reconstruction_loss,
)
from paper.aae.parzen import estimates, rivals
from paper.judge.classifier import Training, trained_classifier
from paper.judge.distances import frechet_distances
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import CPU, grey, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Share, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend, geometric
from paper.parts.adversary import deception, discriminator_loss

TITLE = "Makhzani et al. 2015"
HEADLINE = ("mnist_prior-mixture_labels-True_d-2_short", "codes in the Gaussian of their class, test, %")
NO_NUMBER = "other features"
PLANE = 2
PART = 500
"""Images that are encoded, or decoded, at a time."""

Images = UInt8[np.ndarray, "n 1 28 28"]
Codes = Float[Tensor, "n d"]
Pixels = Float[Tensor, "n 784"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    prior: Literal["gaussian", "mixture", "swiss_roll"] = "gaussian"
    """what codes are to be distributed as"""
    labels: bool = False
    """whether the discriminator is told classes"""
    d: Count = 16
    """numbers of a code; 2 for a mixture and a swiss roll"""
    channels: Count = 32
    """channels of the first convolution, half of those of the second"""
    hidden: Count = 512
    """units of each hidden layer of the discriminator"""
    M: Count = 100
    """images of a minibatch"""
    step_size: Positive = 5e-4
    """step size of Adam at first, for the reconstruction"""
    adversarial_step_size: Positive = 2e-3
    """step size of Adam at first, for the discriminator and for the encoder as the generator"""
    decay: Share = 0.1
    """what step sizes are multiplied by in the end"""
    beta1: Share = 0.5
    """what Adam's first moment keeps in a step"""
    samples: Count = 100 * 60_000
    """training images, repeats included"""
    test_images: Compared = 10_000
    """first test images, on which all but the Parzen-window estimate is measured"""
    generated: Compared = 10_000
    """samples"""
    estimated: Count = 2000
    """first test images of the Parzen-window estimate; half as many that follow decide its sigma"""
    centroids: Count = 2000
    """centroids of training images whose Parzen-window estimate is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained whose features Frechet distances take"""
    precision: Precision = "float32"
    """precision of matrix products"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.prior != "gaussian" and self.d != PLANE:
            raise InvalidArgument("d", self.d, f"{PLANE}: mixture and swiss roll lie in a plane")
        if self.prior == "gaussian" and self.labels:
            raise InvalidArgument("labels", self.labels, "false: N(0, I) has no parts that stand for classes")
        if self.estimated < 2:
            raise InvalidArgument("estimated", self.estimated, "at least 2")
        if self.beta1 == 1:
            raise InvalidArgument("beta1", self.beta1, "a number below 1")


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
SHORT = {"channels": 16, "hidden": 128, "samples": 120_000, "classifier_steps": 400, "precision": "bfloat16"}
BUDGETS = {"short": SHORT, "paper": {}}


def autoencoder(protocol: Protocol) -> Autoencoder:
    """Return encoder and decoder with their initial values."""
    return Autoencoder(protocol.channels, protocol.d, protocol.seed)


def prior_points(
    protocol: Protocol, count: int, stream: Stream, index: int, device: torch.device = CPU
) -> tuple[Codes, Tensor]:
    """Return points of the prior and their classes."""
    classes = generator(protocol.seed, stream, 2**44 + index).integers(CLASSES, size=count)
    y = torch.from_numpy(classes).to(device)
    eps = noise(protocol.seed, stream, index, (count, protocol.d), device)
    return PRIORS[protocol.prior](eps, y), y


def train(model: Autoencoder, split: Split, protocol: Protocol, place: Place) -> Curve:
    """Take the three steps for each minibatch; return the three losses along the way.

    The autoencoder is left in ``eval`` mode.
    """
    seed, device, betas, points = protocol.seed, place.device, (protocol.beta1, 0.999), evenly(protocol.steps, 20)
    images, classes = split.images[:], labels_of(split)
    discriminator = Discriminator(protocol.d, protocol.hidden, seed + 1, labels=protocol.labels).to(device)
    optimizer = Adam(model.parameters(), betas=betas, fused=True)
    discriminator_optimizer = Adam(discriminator.parameters(), betas=betas, fused=True)
    generator_optimizer = Adam(model.encoder.parameters(), betas=betas, fused=True)
    model.train()
    with place.stage("autoencoder", protocol.steps) as stage:
        stage.keep(
            model=model,
            discriminator=discriminator,
            optimizer=optimizer,
            discriminator_optimizer=discriminator_optimizer,
            generator_optimizer=generator_optimizer,
        )
        for step in stage:
            rows = batch_indices(seed, step, len(images), protocol.M)
            x, y = grey(images[rows], device), torch.from_numpy(classes[rows]).to(device)
            z, y_of_z = prior_points(protocol, len(x), Stream.NOISE, step, device)
            fall = geometric(1.0, protocol.decay, step / protocol.steps)

            with products(protocol.precision, device):
                squared = reconstruction_loss(model, x).mean()
            descend(squared, optimizer, fall * protocol.step_size)
            norm = gradient_norm(model) if stage.logs else None

            with products(protocol.precision, device):
                codes = model.encoder(x)
            real, fake = discriminator(z, y_of_z), discriminator(codes.detach(), y)
            judged = discriminator_loss(real, fake)
            descend(judged, discriminator_optimizer, fall * protocol.adversarial_step_size)

            deceived = deception(discriminator(codes, y))
            descend(deceived, generator_optimizer, fall * protocol.adversarial_step_size)

            if norm is not None:
                told = {"d_real": real.mean(), "d_fake": fake.mean()}
                stage.log(loss=squared, reconstruction=squared, **told, gradient_norm=norm)
            if step + 1 in points:
                losses = {"squared error": squared, "discriminator": judged, "deception": deceived}
                numbers = {name: loss.item() for name, loss in losses.items()}
                note(stage.curve, {"samples": (step + 1) * protocol.M, **numbers})
    model.eval()
    return stage.curve


def labels_of(split: Split) -> np.ndarray:
    """Return the class of every image.

    Raises
    ------
    InvalidArgument
        If the images have none.
    """
    if split.labels is None:
        raise InvalidArgument("split", "images without labels", "a split with a label for every image")
    return split.labels


@torch.no_grad()
def encode_all(model: Autoencoder, images: Images, device: torch.device = CPU) -> Codes:
    """Return the codes of many images, encoded a part at a time."""
    return torch.cat([model.encoder(grey(images[rows], device)) for _, rows in parts(len(images), PART)])


@torch.no_grad()
def decode_all(model: Autoencoder, z: Codes) -> Pixels:
    """Return images for many codes, decoded a part at a time."""
    return torch.cat([model.decoder(part).flatten(1) for part in z.split(PART)])


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train; measure reconstructions, codes and samples."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    test = dataset.test.images[: protocol.test_images]
    model = autoencoder(protocol).to(device)
    curve = train(model, dataset.train, protocol, place)
    z, x = encode_all(model, test, device), grey(test, device).flatten(1)
    again = decode_all(model, z)
    points, _ = prior_points(protocol, protocol.generated, Stream.EVALUATION_NOISE, 0, device)
    drawn = decode_all(model, points)
    mean, error = mean_and_error((x - again).square().sum(1).cpu().double().numpy())
    quantities = [
        Quantity("squared error of an image, test", mean, no_paper_value=NO_NUMBER, standard_error=error),
        *match(z, points, labels_of(dataset.test)[: len(test)], protocol),
        *distances(dataset, x, {"samples": drawn, "reconstructions": again}, protocol, place),
        *parzen(dataset, drawn, protocol),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, nn.ModuleList([model]))


def match(z: Codes, points: Codes, classes: np.ndarray, protocol: Protocol) -> Iterator[Quantity]:
    """Yield how far codes are from the prior in their first two moments, and how many lie in their class's part."""
    apart = frechet_distance(z.cpu().double().numpy(), points.cpu().double().numpy())
    yield Quantity("Frechet distance of codes and prior, test", apart, no_paper_value=NO_NUMBER)
    if protocol.prior == "mixture":
        right = 100.0 * (part_of_mixture(z).cpu().numpy() == classes)
        mean, error = mean_and_error(right)
        yield Quantity("codes in the Gaussian of their class, test, %", mean, None, NO_NUMBER, standard_error=error)


def distances(
    dataset: Dataset, x: Pixels, made: dict[str, Pixels], protocol: Protocol, place: Place
) -> Iterator[Quantity]:
    """Measure samples, reconstructions and, as the floor, training images in features of the course's classifier."""
    judge = trained_classifier(dataset.train, Training(protocol.data, protocol.classifier_steps, protocol.seed), place)
    train = grey(dataset.train.images[: protocol.generated], place.device).flatten(1)
    return frechet_distances(judge.features, x, {**made, "training images": train}, NO_NUMBER)


def parzen(dataset: Dataset, drawn: Pixels, protocol: Protocol) -> Iterator[Quantity]:
    """Measure the Parzen-window estimate of samples, and of images that no model has made."""
    n = protocol.estimated
    test = grey(dataset.test.images[: n + n // 2]).flatten(1).numpy()
    others = rivals(dataset.train.images[:], protocol.generated, protocol.centroids, protocol.seed)
    return estimates(test[:n], test[n:], {f"{len(drawn):,} samples": drawn.cpu().numpy(), **others})
