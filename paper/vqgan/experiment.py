"""Esser et al. 2021, "Taming transformers for high-resolution image synthesis" (arXiv 2012.09841), in small.

The parts of the loss are switched on one by one (``--loss``):

    l1             mean of |x - G(z_q)| over pixels, and the commitment of the encoder to its codes
    perceptual     and the learnt distance between x and G(z_q), a mean over images
    adversarial    and a patch discriminator's judgement of G(z_q), with the adaptive weight (eq. 5 to 7)

The paper's images are photographs of 256 x 256 pixels; here they are patches of 64 x 64 of eight photographs, so that
none of its numbers stands beside ours. What is done otherwise than in the paper:

* The distance is not LPIPS, whose network cannot be had here, but built the same way on EfficientNet-Lite0, or, of grey
  images, on the course's own classifier. It is a sum over layers and weighs 0.1, not 1: early in training its gradient
  at the last layer is then 2 to 4 times that of the first part.
* The discriminator learns from the first step on; its judgement reaches the autoencoder from the share
  ``--adversary-from`` of the steps on. The authors' code begins with both at one step.
* Codes are moving averages, codes that are hardly used start again at outputs of the encoder, and beta weighs the
  commitment; in the authors' code the codebook has a loss, and its default weighs that instead.
* The networks and the transformer are small; ``M``, the sizes and the schedule are ours.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from math import log, log2
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import Dataset, load
from common.data.batches import batch_indices
from common.errors import InvalidArgument
from common.streams import Stream, generator
from paper.judge.classifier import Training, trained_classifier
from paper.judge.distances import frechet_distances
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import CPU, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Share, Weight, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend, geometric
from paper.parts.codebook import AveragedCodebook, health_of_codes, perplexity
from paper.vqgan.adversary import LARGEST, PatchDiscriminator, discriminator_step, generator_step, heard
from paper.vqgan.efficientnet import efficientnet_lite0
from paper.vqgan.model import GROUPS, VQGAN
from paper.vqgan.perceptual import ClassifierFeatures, Features, perceptual_distance
from paper.vqgan.prior import HEADS, Independent, Transformer

TITLE = "Esser et al. 2021"
HEADLINE = ("photographs_short", "PSNR, test, dB")
NO_NUMBER = "other images"
BETAS = (0.5, 0.9)
"""What Adam's averages keep in a step, in the first stage, as in the authors' code."""

PART = 100
"""Images that are encoded, or drawn, at a time."""

Images = UInt8[np.ndarray, "_n c H W"]
Pixels = Float[Tensor, "_n c H W"]
Codes = Int[Tensor, "_n h w"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["photographs", "fashion_mnist", "mnist", "digits"] = "photographs"
    """data set"""
    loss: Literal["l1", "perceptual", "adversarial"] = "adversarial"
    """parts of the loss: each has those before it"""
    widths: tuple[Count, ...] = (32, 64, 128)
    """channels after each halving of height and width"""
    K: Count = 256
    """codes of the codebook"""
    D: Count = 16
    """numbers of a code"""
    beta: Weight = 0.25
    """weight of the commitment"""
    decay: Share = 0.99
    """what a moving average of the codebook keeps in a step"""
    fewest: Weight = 0.5
    """codes used less often in a step, in the moving average, start again at outputs of the encoder"""
    perceptual_weight: Weight = 0.1
    """weight of the learnt distance, a mean over images"""
    factor: Weight = 0.8
    """what the adaptive weight of the adversary is multiplied by"""
    adversary_from: Share = 0.5
    """share of the steps after which the adversary reaches the autoencoder"""
    discriminator_width: Count = 32
    """channels of the first convolution of the discriminator"""
    discriminator_layers: Count = 2
    """convolutions of the discriminator that halve the image"""
    transformer_width: Count = 64
    """channels of the transformer"""
    transformer_blocks: Count = 3
    """blocks of the transformer"""
    M: Count = 16
    """images of a minibatch"""
    step_size: Positive = 1e-3
    """step size of Adam at first, in both stages and of the discriminator"""
    final_step_size: Positive = 2e-4
    """step size of Adam at last"""
    samples: Count = 400_000
    """training images of the first stage, repeats included"""
    prior_samples: Count = 40_000
    """training images of the transformer, repeats included"""
    test_images: Compared = 10_000
    """first test images, on which all is measured"""
    generated: Compared = 1000
    """samples of each kind, whose Frechet distance is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier of grey images is trained"""
    precision: Precision = "float32"
    """precision of matrix products of the autoencoder"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.prior_samples < self.M:
            raise InvalidArgument("prior_samples", self.prior_samples, f"at least one minibatch of {self.M}")
        if any(width % GROUPS for width in self.widths):
            raise InvalidArgument("widths", self.widths, f"multiples of {GROUPS}")
        if self.data != "photographs" and len(self.widths) > 2:
            raise InvalidArgument("widths", self.widths, "at most two for images of 28 x 28")
        if self.transformer_width % HEADS:
            raise InvalidArgument("transformer_width", self.transformer_width, f"a multiple of {HEADS}")

    @property
    def adversary_step(self) -> int:
        """The step from which the adversary reaches the autoencoder."""
        return round(self.adversary_from * self.steps)


GREY = ("fashion_mnist", "mnist", "digits")
PAPER = {"photographs": Protocol(), **{name: Protocol(data=name, widths=(32, 64), K=64) for name in GREY}}
BUDGETS = {"short": {"samples": 20_000, "prior_samples": 20_000, "precision": "bfloat16"}, "paper": {}}


def pixels(images: Images, device: torch.device = CPU) -> Pixels:
    """Return levels of 0 to 255 as numbers in [-1, 1]."""
    return torch.from_numpy(images).to(device) / 127.5 - 1


def features_of(protocol: Protocol, dataset: Dataset, place: Place) -> Features:
    """Return the trained network in which images are compared."""
    if protocol.data not in GREY:
        return efficientnet_lite0().to(place.device)
    training = Training(protocol.data, protocol.classifier_steps, protocol.seed)
    return ClassifierFeatures(trained_classifier(dataset.train, training, place))


# Stage 1: the autoencoder and its adversary (section 3.1).


def autoencoder(protocol: Protocol, channels: int) -> VQGAN:
    """Return the networks with their initial values."""
    codebook = AveragedCodebook(protocol.K, protocol.D, protocol.beta, protocol.decay, protocol.fewest)
    return VQGAN(channels, protocol.widths, protocol.D, codebook, protocol.seed)


def train(model: VQGAN, features: Features, images: Images, protocol: Protocol, place: Place) -> Curve:
    """Train encoder, codes and decoder, and the discriminator; return the parts of the losses along the way."""
    seed, steps = protocol.seed, protocol.steps
    width, layers = protocol.discriminator_width, protocol.discriminator_layers
    discriminator = PatchDiscriminator(images.shape[1], width, layers, seed + 1).to(place.device)
    optimizer = Adam(model.parameters(), protocol.step_size, BETAS, fused=True)
    discriminator_optimizer = Adam(discriminator.parameters(), protocol.step_size, BETAS, fused=True)
    points = evenly(steps, 20)
    with place.stage("autoencoder", steps) as stage, heard(discriminator) as answers:
        stage.keep(model=model, optimizer=optimizer, D=discriminator, D_optimizer=discriminator_optimizer)
        for step in stage:
            answers.clear()
            x = pixels(images[batch_indices(seed, step, len(images), protocol.M)], place.device)
            step_size = geometric(protocol.step_size, protocol.final_step_size, step / steps)
            if step == 0:
                start(model, x, seed)
            with products(protocol.precision, place.device):
                x_hat, found = model(x)
            reconstruction = l1 = (x - x_hat).abs().mean()
            commitment = found.loss.mean() / found.z_e[0].numel()
            said = {"l1": l1.detach(), "commitment": commitment.detach()}
            if protocol.loss != "l1":
                distance = perceptual_distance(features, x, x_hat).mean()
                reconstruction = l1 + protocol.perceptual_weight * distance
                said["distance"] = distance.detach()
            loss = reconstruction
            if protocol.loss == "adversarial" and step >= protocol.adversary_step:
                loss = generator_step(discriminator, x_hat, reconstruction, model.last_layer, protocol.factor)
            descend(loss + commitment, optimizer, step_size)
            model.codebook.learn(found, seed, step)
            judged: dict[str, Any] = {}
            if protocol.loss == "adversarial":
                hinge = discriminator_step(discriminator, x, x_hat)
                descend(hinge, discriminator_optimizer, step_size)
                judged = {"d_loss": hinge, **judgement(answers, loss - reconstruction, protocol.factor)}
            if stage.logs:
                codes = health_of_codes([found], protocol.K)
                stage.log(loss=loss + commitment, **said, **codes, **judged, gradient_norm=gradient_norm(model))
            if judged:
                said["discriminator"] = judged["d_loss"].detach()
            if step + 1 in points:
                numbers = {name: value.item() for name, value in said.items()}
                note(stage.curve, {"samples": (step + 1) * protocol.M, **numbers})
    return stage.curve


def judgement(answers: Sequence[Tensor], adversarial: Tensor, factor: float) -> dict[str, Any]:
    """Return what the discriminator said in a step, and the adaptive weight, where its judgement is in the loss.

    Its answers to real and to reconstructed images come last; before them that to reconstructions in the loss, of
    which ``adversarial`` is the part with weight and factor.
    """
    *in_the_loss, d_real, d_fake = answers
    weight = {"adaptive_weight": adversarial / (-factor * in_the_loss[0])} if in_the_loss else {}
    return {"d_real": d_real, "d_fake": d_fake, **weight, "adaptive_clamp": LARGEST}


@torch.no_grad()
def start(model: VQGAN, x: Pixels, seed: int) -> None:
    """Place all codes on outputs of the encoder."""
    model.codebook.start(model.z_e(x), seed)


# Stage 2: the transformer (section 3.2).


@torch.no_grad()
def encode_all(model: VQGAN, images: Images, device: torch.device = CPU) -> Codes:
    """Return the codes of many images, encoded a part at a time."""
    return torch.cat([model.encode(pixels(images[rows], device)).codes for _, rows in parts(len(images), PART)])


@torch.no_grad()
def decode_all(model: VQGAN, codes: Codes) -> Pixels:
    """Return the images of many grids of codes, none of them beyond black and white."""
    return torch.cat([model.picture(part).clamp(-1, 1) for part in codes.split(PART)])


def train_transformer(transformer: Transformer, codes: Codes, protocol: Protocol, place: Place) -> Curve:
    """Train on codes of training images; return what a code costs along the way, in nats."""
    optimizer, steps = (
        Adam(transformer.parameters(), protocol.step_size, fused=True),
        protocol.prior_samples // protocol.M,
    )
    points, seed = evenly(steps, 20), protocol.seed
    with place.stage("transformer", steps) as stage:
        stage.keep(transformer=transformer, optimizer=optimizer)
        for step in stage:
            rows = torch.tensor(batch_indices(seed + 1, step, len(codes), protocol.M), device=place.device)
            cost = transformer.cost(codes[rows]).mean() / codes[0].numel()
            descend(cost, optimizer, geometric(protocol.step_size, protocol.final_step_size, step / steps))
            if stage.logs:
                stage.log(loss=cost, gradient_norm=gradient_norm(transformer))
            if step + 1 in points:
                note(stage.curve, {"samples": (step + 1) * protocol.M, "cost": cost.item()})
    return stage.curve


def draw_codes(
    prior: Transformer | Independent, grid: tuple[int, int], count: int, seed: int, device: torch.device = CPU
) -> Codes:
    """Draw grids of codes from a prior, with the same uniform numbers for each."""
    found = []
    for index, rows in parts(count, PART):
        u = generator(seed, Stream.EVALUATION_NOISE, index).random((rows.stop - rows.start, *grid))
        found.append(prior.sample(torch.from_numpy(u.astype(np.float32)).to(device)))
    return torch.cat(found)


# What is measured.


class Measured(NamedTuple):
    """What test images became: their codes, and what these are decoded to."""

    x: Pixels
    codes: Codes
    x_hat: Pixels


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train the autoencoder, then the transformer; measure reconstructions, codes and samples."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    images, test = dataset.train.images[:], dataset.test.images[: protocol.test_images]
    features = features_of(protocol, dataset, place)
    model = autoencoder(protocol, images.shape[1]).to(device)
    curve = train(model, features, images, protocol, place)
    codes, found = encode_all(model, images, device), encode_all(model, test, device)
    grid = (codes.shape[1], codes.shape[2])
    size = protocol.transformer_width, protocol.transformer_blocks
    transformer = Transformer(protocol.K, grid, *size, protocol.seed + 2).to(device)
    prior_curve = train_transformer(transformer, codes, protocol, place)
    independent = Independent(codes, protocol.K)
    measured = Measured(pixels(test, device), found, decode_all(model, found))
    drawn = {
        f"samples, {name}": decode_all(model, draw_codes(prior, grid, protocol.generated, protocol.seed, device))
        for name, prior in (("independent codes", independent), ("the transformer's codes", transformer))
    }
    some = pixels(images[:: max(1, len(images) // protocol.generated)], device)
    quantities = [
        *fidelity(features, measured, protocol),
        *usage(found, protocol.K),
        *costs(transformer, independent, codes, found, protocol.K),
        *distances(features, measured, some, drawn),
    ]
    curve |= {f"transformer, {name}": values for name, values in prior_curve.items()}
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, nn.ModuleList([model, transformer]))


def fidelity(features: Features, measured: Measured, protocol: Protocol) -> Iterator[Quantity]:
    """Yield how near reconstructions are, pixel by pixel and in the features of the trained network."""
    x, x_hat = measured.x, measured.x_hat
    psnr = -10 * ((x - x_hat) / 2).square().flatten(1).mean(1).log10()  # pixels in [0, 1]: the peak is 1
    kind = "classifier" if protocol.data in GREY else "EfficientNet-Lite0"
    for name, values in (("PSNR, test, dB", psnr), (f"{kind} distance, test", apart(features, x, x_hat))):
        mean, error = mean_and_error(values.cpu().double().numpy())
        yield Quantity(name, mean, no_paper_value=NO_NUMBER, standard_error=error)


@torch.no_grad()
def apart(features: Features, x: Pixels, y: Pixels) -> Float[Tensor, " n"]:
    """Return the learnt distance of many pairs of images, a part at a time."""
    return torch.cat([perceptual_distance(features, *pair) for pair in zip(x.split(PART), y.split(PART), strict=True)])


@torch.no_grad()
def vectors(features: Features, images: Pixels) -> Float[np.ndarray, "n F"]:
    """Return what stands for images in a Frechet distance, a part at a time."""
    return torch.cat([features.vector(part) for part in images.split(PART)]).cpu().double().numpy()


def usage(codes: Codes, K: int) -> Iterator[Quantity]:
    """Yield how many codes test images use: exp of the entropy of all their codes together, and those never used."""
    used, unused = perplexity(codes, K)
    yield Quantity("perplexity of the codes, test", used, no_paper_value=NO_NUMBER)
    yield Quantity("codes never used, test, %", unused, no_paper_value=NO_NUMBER)


def costs(transformer: Transformer, independent: Independent, train: Codes, test: Codes, K: int) -> Iterator[Quantity]:
    """Yield what it takes to send the codes of an image, in bits."""
    found = {
        "uniform": test[0].numel() * log2(K),
        "independent, test": bits(independent, test),
        "transformer, test": bits(transformer, test),
        "transformer, train": bits(transformer, train),
    }
    for name, cost in found.items():
        yield Quantity(f"cost of the codes, {name}, bits", cost, no_paper_value=NO_NUMBER)


@torch.no_grad()
def bits(prior: Transformer | Independent, codes: Codes) -> float:
    """Return what a prior asks for the codes of an image, in the mean."""
    return float(torch.cat([prior.cost(part) for part in codes.split(PART)]).mean()) / log(2)


def distances(features: Features, measured: Measured, train: Pixels, drawn: dict[str, Pixels]) -> Iterator[Quantity]:
    """Yield Frechet distances in the features of the trained network.

    Reconstructions stand beside the test images that they are made of. Samples stand beside training images, whose
    codes the priors have learnt: other pictures, such as those for testing, are far from these.
    """
    in_features = partial(vectors, features)
    yield from frechet_distances(in_features, measured.x, {"reconstructions": measured.x_hat}, NO_NUMBER)
    kinds = {**drawn, "test images": measured.x}
    yield from frechet_distances(in_features, train, kinds, NO_NUMBER, to="training images")
