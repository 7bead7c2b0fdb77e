"""Tolstikhin et al. 2018, "Wasserstein auto-encoders" (arXiv 1711.01558), and Ghosh et al. 2020, "From variational to
deterministic autoencoders" (arXiv 1903.12436), on grey digits.

Four autoencoders with the same networks differ in what makes their codes match the prior N(0, I) (``--penalty``):

* ``mmd`` (WAE-MMD): cost + lambda MMD(Q_Z, P_Z), algorithm 2;
* ``gan`` (WAE-GAN): cost + lambda (-log D(z_tilde)), and D's own loss, in turn, algorithm 1;
* ``kl``: a VAE, with p(x | z) = N(G(z), sigma^2 I);
* ``none``: nothing, a plain autoencoder.

Codes for samples come from N(0, I), from a Gaussian, and from a mixture of Gaussians, both fitted to the codes of
training images when everything else is done. Ghosh et al. compare these in their table 1.

What is done otherwise than in the papers, or left open by them:

* Cost 0.05 |x - y|^2, kernels, lambda, d_z and step sizes, and their decay, are those of the authors' code or of Ghosh
  et al.; the networks are smaller, and the encoder is not trained before to have the prior's moments.
* Frechet distances are of features of the course's own classifier: order and ratios can be compared, not values.
* The mixture is fitted to one sample of each Q(Z | X) where codes are random.

``short`` is a budget of less than a minute of one processor core, two passes; ``paper`` are the hundred of the paper.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from sklearn.mixture import GaussianMixture
from torch import Tensor, nn
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import Dataset, load
from common.data.batches import batch_indices
from common.errors import InvalidArgument
from common.streams import Stream
from paper.judge.classifier import Training, trained_classifier
from paper.judge.distances import frechet_distances
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import CPU, grey, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Share, Weight, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend
from paper.parts.mixture import fitted, sample
from paper.wae.model import Autoencoder, D, Encoded, cost, deception, discriminator_loss, mmd

TITLE = "Tolstikhin et al. 2018"
HEADLINE = ("mnist_penalty-mmd_short", "Frechet distance to test images, samples, mixture")
NO_NUMBER = "other features"
PART = 500
"""Images that are encoded, or decoded, at a time."""

COMPARED = 2000
"""Codes of test images, and points of the prior, whose MMD is measured."""

Images = UInt8[np.ndarray, "n 1 28 28"]
Codes = Float[Tensor, "n d_z"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    penalty: Literal["mmd", "gan", "kl", "none"] = "mmd"
    """what makes codes match the prior; with "kl" it is a VAE, with "none" a plain autoencoder"""
    d_z: Count = 16
    """numbers of a code"""
    channels: Count = 32
    """channels of the first convolution, half of those of the second"""
    hidden: Count = 512
    """units of each hidden layer of the discriminator"""
    weight: Weight = 10.0
    """lambda, the weight of the penalty of a WAE"""
    cost_weight: Positive = 0.05
    """what squared errors of an image are multiplied by, but for the VAE"""
    sigma2: Positive = 0.05
    """variance of a pixel about its mean, in the VAE"""
    components: Count = 10
    """Gaussians of the mixture"""
    M: Count = 100
    """images of a minibatch"""
    step_size: Positive = 1e-3
    """step size of Adam at first; half of it for the discriminator"""
    beta1: Share = 0.5
    """what Adam's first moment keeps in a step"""
    samples: Count = 100 * 60_000
    """training images, repeats included"""
    test_images: Compared = 10_000
    """first test images, on which all is measured"""
    generated: Compared = 10_000
    """samples of each kind, whose Frechet distance is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained whose features it takes"""
    precision: Precision = "float32"
    """precision of matrix products"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.M == 1 and self.penalty == "mmd":
            raise InvalidArgument("M", self.M, "at least 2: the MMD compares pairs of codes")
        if self.beta1 == 1:
            raise InvalidArgument("beta1", self.beta1, "a number below 1")

    @property
    def weights(self) -> tuple[float, float]:
        """What squared errors and penalty are multiplied by; for a VAE they are nats."""
        return (1 / (2 * self.sigma2), 1.0) if self.penalty == "kl" else (self.cost_weight, self.weight)


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
SHORT = {"channels": 16, "hidden": 128, "samples": 120_000, "classifier_steps": 400, "precision": "bfloat16"}
BUDGETS = {"short": SHORT, "paper": {}}


def autoencoder(protocol: Protocol) -> Autoencoder:
    """Return Q and G with their initial values."""
    return Autoencoder(protocol.channels, protocol.d_z, protocol.seed, random=protocol.penalty == "kl")


def decay(progress: float) -> float:
    """Return what step sizes are multiplied by: a half from 30 % on, a tenth from 50 % on, as in the authors' code."""
    return 1.0 if progress < 0.3 else 0.5 if progress < 0.5 else 0.1


def train(model: Autoencoder, images: Images, protocol: Protocol, place: Place) -> Curve:
    """Train Q and G and, with the GAN penalty, D; return the parts of the loss along the way.

    The autoencoder is left in ``eval`` mode.
    """
    seed, d_z, device, betas = protocol.seed, protocol.d_z, place.device, (protocol.beta1, 0.999)
    discriminator = D(d_z, protocol.hidden, seed + 1).to(device)
    optimizer = Adam(model.parameters(), betas=betas, fused=True)
    discriminator_optimizer = Adam(discriminator.parameters(), betas=betas, fused=True)
    points = evenly(protocol.steps, 20)
    model.train()
    with place.stage("autoencoder", protocol.steps) as stage:
        stage.keep(
            model=model,
            discriminator=discriminator,
            optimizer=optimizer,
            discriminator_optimizer=discriminator_optimizer,
        )
        for step in stage:
            x = grey(images[batch_indices(seed, step, len(images), protocol.M)], device)
            eps, z = noise(seed, Stream.NOISE, step, (2, len(x), d_z), device)
            step_size = protocol.step_size * decay(step / protocol.steps)
            with products(protocol.precision, device):
                encoded = model.encode(x, eps)
                squared = cost(x, model.G(encoded.z_tilde)).mean()
            if protocol.penalty == "gan":
                descend(discriminator_loss(discriminator, encoded.z_tilde, z), discriminator_optimizer, step_size / 2)
            matching = penalty(encoded, z, discriminator, protocol)
            of_cost, of_penalty = protocol.weights
            loss = of_cost * squared + of_penalty * matching
            descend(loss, optimizer, step_size)
            if stage.logs:
                stage.log(loss=loss, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                parts_of_loss = {"squared error": squared.item(), "penalty": matching.item()}
                note(stage.curve, {"samples": (step + 1) * protocol.M, **parts_of_loss})
    model.eval()
    return stage.curve


def penalty(encoded: Encoded, z: Codes, discriminator: D, protocol: Protocol) -> Tensor:
    """Return how far codes are from the prior, or from its points z."""
    match protocol.penalty:
        case "mmd":
            return mmd(encoded.z_tilde, z)
        case "gan":
            return deception(discriminator, encoded.z_tilde)
        case _:
            return encoded.kl.mean()


@torch.no_grad()
def encode_all(model: Autoencoder, images: Images, seed: int, first: int, device: torch.device = CPU) -> Codes:
    """Return codes of many images, one of each, encoded a part at a time; random ones are drawn from ``first`` on."""
    found = []
    for index, rows in parts(len(images), PART, first):
        x = grey(images[rows], device)
        found.append(model.encode(x, noise(seed, Stream.EVALUATION_NOISE, index, (len(x), model.d_z), device)).z_tilde)
    return torch.cat(found)


@torch.no_grad()
def decode_all(model: Autoencoder, z: Codes) -> Float[Tensor, "n 784"]:
    """Return images for many codes, decoded a part at a time."""
    return torch.cat([model.G(part).flatten(1) for part in z.split(PART)])


class Sources:
    """Where codes for samples come from: the prior N(0, I), and what was fitted to codes of training images."""

    def __init__(self, codes: Codes, protocol: Protocol) -> None:
        self.shape = (protocol.generated, protocol.d_z)
        self.seed, self.device = protocol.seed, codes.device
        self.fitted: dict[str, GaussianMixture] = {
            "fitted Gaussian": fitted(codes, 1, protocol.seed),
            "mixture": fitted(codes, protocol.components, protocol.seed),
        }

    def __iter__(self) -> Iterator[tuple[str, Codes]]:
        """Yield each source by name, with codes from it."""
        yield "N(0, I)", noise(self.seed, Stream.EVALUATION_NOISE, 2**41, self.shape, self.device)
        for name, mixture in self.fitted.items():
            yield name, sample(mixture, self.shape[0]).to(self.device)


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train, fit what codes are sampled from, and measure reconstructions, codes and samples."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    test = dataset.test.images[: protocol.test_images]
    model = autoencoder(protocol).to(device)
    curve = train(model, dataset.train.images[:], protocol, place)
    codes = encode_all(model, dataset.train.images[:], protocol.seed, 2**30, device)
    z_tilde, x = encode_all(model, test, protocol.seed, 0, device), grey(test, device)
    again = decode_all(model, z_tilde)
    mean, error = mean_and_error(cost(x, again.unflatten(1, x.shape[1:])).cpu().double().numpy())
    some = z_tilde[:COMPARED].double()
    apart = mmd(some, noise(protocol.seed, Stream.EVALUATION_NOISE, 2**42, tuple(some.shape), device).double())
    quantities = [
        Quantity("squared error of an image, test", mean, no_paper_value=NO_NUMBER, standard_error=error),
        Quantity("MMD of codes and N(0, I), test, 1e-3", 1e3 * float(apart), no_paper_value=NO_NUMBER),
        *distances(model, Sources(codes, protocol), dataset, x, again, protocol, place),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, nn.ModuleList([model]))


def distances(
    model: Autoencoder,
    sources: Sources,
    dataset: Dataset,
    x: Tensor,
    again: Float[Tensor, "n 784"],
    protocol: Protocol,
    place: Place,
) -> Iterator[Quantity]:
    """Measure samples, reconstructions and, as the floor, training images in features of the course's classifier."""
    judge = trained_classifier(dataset.train, Training(protocol.data, protocol.classifier_steps, protocol.seed), place)
    train = grey(dataset.train.images[: protocol.generated], place.device)
    samples = {f"samples, {name}": decode_all(model, z) for name, z in sources}
    kinds = {**samples, "reconstructions": again, "training images": train.flatten(1)}
    return frechet_distances(judge.features, x.flatten(1), kinds, NO_NUMBER)
