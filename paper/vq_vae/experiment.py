"""van den Oord et al. 2017, "Neural discrete representation learning" (arXiv 1711.00937), and, with ``--levels 2``,
Razavi et al. 2019, "Generating diverse high-fidelity images with VQ-VAE-2" (arXiv 1906.00446).

The papers' images are of CIFAR-10, ImageNet and faces; the likelihood behind the first one's bits per dimension is not
stated. Here the images are binarised digits, so that the bound in nats stands beside those of other models:

    log p(x) >= log p(x | z_q) + log p(codes)

with one grid of codes for an image, those that the encoder names, and the learnt prior's log p(codes). It is a bound
since p(x) is a sum over all grids of codes, of which one is kept.

What is done otherwise, or left open by the papers:

* ``M``, the sizes, the schedule, and the prior, a small PixelCNN without gates, are ours. The prior is trained on the
  codes of training images that are binarised anew at each draw, as those of the first stage.
* The codebook starts at outputs of the encoder; codes that are hardly used start again
  at others (``--fewest 0``: never).
* Fashion-MNIST is grey: p(x | z_q) is a Gaussian of fixed ``sigma``, and what is printed is its squared error.
* ``--codebook gumbel`` is the relaxation of DALL-E's discrete VAE in place of the nearest code: q(codes | x) is a
  distribution. For the bound one grid is drawn from it, and its entropy is given back.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import log
from typing import Literal, NamedTuple

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
from paper.kit.draws import CPU, binary, grey, parts
from paper.kit.health import gradient_norm
from paper.kit.initial import draw_parameters
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Share, Weight, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend, geometric
from paper.parts.codebook import AveragedCodebook, Quantized, Quantizer, health_of_codes, perplexity
from paper.vq_vae.model import OneLevel, Quantizers, TwoLevels, bernoulli_cost, gaussian_cost
from paper.vq_vae.prior import Prior
from paper.vq_vae.quantizer import GumbelSoftmax, LearntCodebook

TITLE = "van den Oord et al. 2017"
HEADLINE = ("mnist_short", "-bound, test")
NO_NUMBER = "other images"
GREY = ("fashion_mnist",)
COARSE = 7
PART = 500
"""Images that are encoded, or drawn, at a time."""

Images = UInt8[np.ndarray, "n 1 h w"]
Codes = list[Int[Tensor, "n _ _"]]
"""The grids of codes of n images, the coarse one first."""


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits", "fashion_mnist"] = "mnist"
    """data set"""
    levels: Literal[1, 2] = 1
    """grids of codes: one, or a coarse and a fine one"""
    side: Literal[7, 14] = 7
    """rows and columns of the grid, of the fine one where there are two"""
    K: Count = 4
    """codes of a codebook"""
    D: Count = 8
    """numbers of a code"""
    codebook: Literal["average", "loss", "gumbel"] = "average"
    """how codes are learnt: by moving averages, by the codebook loss, or by relaxed draws"""
    beta: Weight = 0.25
    """weight of the commitment"""
    decay: Share = 0.99
    """what a moving average keeps in a step"""
    fewest: Weight = 1.0
    """codes used less often in a step, in the moving average, start again at outputs of the encoder"""
    final_temperature: Positive = 0.0625
    """temperature of relaxed draws in the end, 1 at first"""
    channels: Count = 32
    """channels of the first convolution, half of those of the others"""
    sigma: Positive = 0.1
    """standard deviation of grey pixels about their means"""
    prior_channels: Count = 64
    """channels of the prior"""
    prior_blocks: Count = 6
    """residual blocks of the prior"""
    M: Count = 100
    """images of a minibatch"""
    step_size: Positive = 2e-3
    """step size of Adam at first, in both stages"""
    final_step_size: Positive = 1e-4
    """step size of Adam at last"""
    samples: Count = 100 * 60_000
    """training images of the first stage, repeats included"""
    prior_samples: Count = 100 * 60_000
    """training images of the second stage, repeats included"""
    test_images: Compared = 10_000
    """first test images, on which all is measured"""
    generated: Compared = 5000
    """samples of each kind, whose Frechet distance is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained whose features it takes"""
    precision: Precision = "float32"
    """precision of matrix products"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.prior_samples < self.M:
            raise InvalidArgument("prior_samples", self.prior_samples, f"at least one minibatch of {self.M}")
        if self.levels == 2 and self.side == COARSE:
            raise InvalidArgument("side", self.side, "14 with two levels: the coarse one has 7")

    @property
    def sides(self) -> list[int]:
        """Rows and columns of each grid, the coarse one first."""
        return [COARSE, self.side][-self.levels :]


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits", "fashion_mnist")}
BUDGETS = {
    "short": {"channels": 16, "samples": 30 * 60_000, "prior_samples": 15 * 60_000, "precision": "bfloat16"},
    "paper": {},
}

# Stage 1: the autoencoder.


class Autoencoder(nn.Module):
    """The networks, with a quantiser for each grid."""

    quantizers: Sequence[Quantizer]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__()
        D, C, seed = protocol.D, protocol.channels, protocol.seed
        self.networks = OneLevel(D, C, protocol.side, seed) if protocol.levels == 1 else TwoLevels(D, C, seed)
        made = nn.ModuleList(_quantizer(protocol, level) for level in range(protocol.levels))
        self.quantizers = made  # pyright: ignore[reportAttributeAccessIssue]

    def forward(self, x: Tensor, quantizers: Quantizers) -> tuple[Tensor, list[Quantized]]:
        """Return logits, or means, of the pixels, and the grids that they come from."""
        grids = self.networks.quantize(x, quantizers)
        return self.networks.decode([grid.z_q for grid in grids]), grids

    @torch.no_grad()
    def decode(self, codes: Codes) -> Tensor:
        """Return logits, or means, of the pixels for grids of codes."""
        embedded = zip(self.quantizers, codes, strict=True)
        return self.networks.decode([quantizer.embed(grid) for quantizer, grid in embedded])


def _quantizer(protocol: Protocol, level: int) -> Quantizer:
    if protocol.codebook != "gumbel":
        kind = {"average": AveragedCodebook, "loss": LearntCodebook}[protocol.codebook]
        return kind(protocol.K, protocol.D, protocol.beta, protocol.decay, protocol.fewest)
    relaxed = GumbelSoftmax(protocol.K, protocol.D)
    draw_parameters(relaxed, protocol.seed + 1 + level)
    return relaxed


def quantizers_of(
    model: Autoencoder, protocol: Protocol, images: int, stream: Stream, index: int, temperature: float = 0.0
) -> Quantizers:
    """Return the quantisers for a minibatch: relaxed ones take noise of their own and a temperature."""
    if protocol.codebook != "gumbel":
        return list(model.quantizers)
    device, found = next(model.parameters()).device, []
    for level, (side, quantizer) in enumerate(zip(protocol.sides, model.quantizers, strict=True)):
        draws = generator(protocol.seed, stream, protocol.levels * index + level)
        gumbel = torch.from_numpy(draws.gumbel(size=(images, protocol.K, side, side)).astype(np.float32)).to(device)
        found.append(partial(quantizer, gumbel=gumbel, temperature=temperature))
    return found


def observe(images: Images, protocol: Protocol, stream: Stream, index: int, device: torch.device = CPU) -> Tensor:
    """Return grey images in [0, 1], or images of 0 and 1, drawn anew."""
    if protocol.data in GREY:
        return grey(images, device)
    return binary(images, protocol.seed, stream, index, device)


def cost_of(protocol: Protocol) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the function of output and x that is -log p(x | z_q) of every image."""
    return partial(gaussian_cost, sigma=protocol.sigma) if protocol.data in GREY else bernoulli_cost


def train(model: Autoencoder, images: Images, protocol: Protocol, place: Place) -> Curve:
    """Train encoder, decoder and codes; return the parts of the loss along the way (eq. 3)."""
    optimizer, steps = Adam(model.parameters(), protocol.step_size, fused=True), protocol.steps
    points, cost, seed = evenly(steps, 20), cost_of(protocol), protocol.seed
    with place.stage("autoencoder", steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            x = observe(
                images[batch_indices(seed, step, len(images), protocol.M)],
                protocol,
                Stream.BINARIZE,
                step,
                place.device,
            )
            if step == 0:
                start(model, x, seed)
            temperature = geometric(1.0, protocol.final_temperature, min(1.0, 2 * step / steps))
            quantizers = quantizers_of(model, protocol, len(x), Stream.NOISE, step, temperature)
            with products(protocol.precision, place.device):
                output, grids = model(x, quantizers)
            distortion = cost(output, x).mean()
            quantization = torch.stack([grid.loss.mean() for grid in grids]).sum()
            step_size = geometric(protocol.step_size, protocol.final_step_size, step / steps)
            descend(distortion + quantization, optimizer, step_size)
            for quantizer, grid in zip(model.quantizers, grids, strict=True):
                quantizer.learn(grid, seed, step)
            if stage.logs:
                known = {"loss": distortion + quantization, "reconstruction": distortion, "quantization": quantization}
                stage.log(**known, **health_of_codes(grids, protocol.K), gradient_norm=gradient_norm(model))
            if step + 1 in points:
                parts_of_loss = {"distortion": distortion.item(), "quantization": quantization.item()}
                note(stage.curve, {"samples": (step + 1) * protocol.M, **parts_of_loss})
    return stage.curve


@torch.no_grad()
def start(model: Autoencoder, x: Tensor, seed: int) -> None:
    """Place the codes of every grid on outputs of the encoder."""

    def started(quantizer: Quantizer, z_e: Tensor) -> Quantized:
        quantizer.start(z_e, seed)
        codes = torch.zeros(len(z_e), *z_e.shape[2:], dtype=torch.long, device=z_e.device)
        return Quantized(z_e, z_e, codes, z_e.new_zeros(len(z_e)), z_e.new_zeros(len(z_e)))

    model.networks.quantize(x, [partial(started, quantizer) for quantizer in model.quantizers])


# Stage 2: the prior on the codes.


class Priors(nn.Module):
    """p(coarse codes), and p(fine codes | coarse codes) where there are two grids."""

    priors: Sequence[Prior]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__()
        self.priors = nn.ModuleList(  # pyright: ignore[reportAttributeAccessIssue]
            Prior(
                protocol.K,
                (side, side),
                protocol.prior_channels,
                protocol.prior_blocks,
                protocol.seed + 10 + level,
                coarse_K=protocol.K * (level > 0),
            )
            for level, side in enumerate(protocol.sides)
        )

    def cost(self, codes: Codes) -> Float[Tensor, "n levels"]:
        """Return -log p(codes) of every grid of every image, in nats."""
        known = [None, *codes[:-1]]
        return torch.stack([prior.cost(*grids) for prior, *grids in zip(self.priors, codes, known, strict=True)], 1)

    def sample(self, images: int, seed: int, index: int, device: torch.device = CPU) -> Codes:
        """Draw grids of codes."""
        found: Codes = []
        for level, prior in enumerate(self.priors):
            draws = generator(seed, Stream.EVALUATION_NOISE, 2**41 + len(self.priors) * index + level)
            u = torch.from_numpy(draws.random((images, *prior.grid)).astype(np.float32)).to(device)
            found.append(prior.sample(u, found[-1] if found else None))
        return found


def train_prior(priors: Priors, model: Autoencoder, images: Images, protocol: Protocol, place: Place) -> Curve:
    """Train the prior on codes of training images; return what the codes cost along the way."""
    optimizer, steps = Adam(priors.parameters(), protocol.step_size, fused=True), protocol.prior_samples // protocol.M
    points, seed = evenly(steps, 20), protocol.seed
    with place.stage("prior", steps) as stage:
        stage.keep(priors=priors, optimizer=optimizer)
        for step in stage:
            batch = images[batch_indices(seed + 1, step, len(images), protocol.M)]
            _, grids = quantize(model, batch, protocol, Stream.BINARIZE, 2**40 + step, place.device)
            with products(protocol.precision, place.device):
                cost = priors.cost([grid.codes for grid in grids]).sum(1).mean()
            step_size = geometric(protocol.step_size, protocol.final_step_size, step / steps)
            descend(cost, optimizer, step_size)
            if stage.logs:
                stage.log(loss=cost, gradient_norm=gradient_norm(priors))
            if step + 1 in points:
                note(stage.curve, {"samples": (step + 1) * protocol.M, "cost": cost.item()})
    return stage.curve


# What is measured.


class Encoded(NamedTuple):
    """Images, their codes, and for each image -log p(x | z_q) and the entropy of q(codes | x), in nats."""

    x: Tensor
    codes: Codes
    distortion: Float[Tensor, " n"]
    entropy: Float[Tensor, " n"]


@torch.no_grad()
def quantize(
    model: Autoencoder, images: Images, protocol: Protocol, stream: Stream, index: int, device: torch.device = CPU
) -> tuple[Tensor, list[Quantized]]:
    """Return images as they are observed, and their grids."""
    x = observe(images, protocol, stream, index, device)
    noise_stream = Stream.NOISE if stream == Stream.BINARIZE else Stream.EVALUATION_NOISE
    with products(protocol.precision, device):
        return x, model.networks.quantize(x, quantizers_of(model, protocol, len(x), noise_stream, index))


@torch.no_grad()
def encode(
    model: Autoencoder, images: Images, protocol: Protocol, stream: Stream, index: int, device: torch.device = CPU
) -> Encoded:
    """Return the codes of images, and what they cost to decode."""
    x, grids = quantize(model, images, protocol, stream, index, device)
    with products(protocol.precision, device):
        output = model.networks.decode([grid.z_q for grid in grids])
    entropy = torch.stack([grid.entropy for grid in grids]).sum(0)
    return Encoded(x, [grid.codes for grid in grids], cost_of(protocol)(output, x), entropy)


def encode_all(
    model: Autoencoder, images: Images, protocol: Protocol, first: int, device: torch.device = CPU
) -> Encoded:
    """Return what `encode` returns for many images, a part at a time, drawn with numbers from ``first`` on."""
    found = [
        encode(model, images[rows], protocol, Stream.EVALUATION_BINARIZE, index, device)
        for index, rows in parts(len(images), PART, first)
    ]
    x, codes, distortion, entropy = zip(*found, strict=True)
    grids = [torch.cat(grid) for grid in zip(*codes, strict=True)]
    return Encoded(torch.cat(x), grids, torch.cat(distortion), torch.cat(entropy))


class Independent:
    """Codes that know nothing of one another: at each place, how often each was chosen for training images."""

    def __init__(self, codes: Codes, K: int) -> None:
        counts = [torch.nn.functional.one_hot(grid, K).sum(0) + 1 for grid in codes]  # one more: never 0
        self.probability = [count / count.sum(-1, keepdim=True) for count in counts]

    def cost(self, codes: Codes) -> Float[Tensor, "n levels"]:
        """Return -log p(codes) of every grid of every image, in nats."""
        chosen = [
            p.expand(len(grid), *p.shape).gather(-1, grid[..., None])
            for p, grid in zip(self.probability, codes, strict=True)
        ]
        return torch.stack([-p.log().flatten(1).sum(1) for p in chosen], 1)

    def sample(self, images: int, seed: int, index: int, device: torch.device = CPU) -> Codes:
        """Draw grids of codes."""
        found = []
        for level, p in enumerate(self.probability):
            draws = generator(seed, Stream.EVALUATION_NOISE, 2**42 + len(self.probability) * index + level)
            u = torch.from_numpy(draws.random((images, *p.shape[:2], 1))).to(device)
            found.append((p.double().cumsum(-1) < u).sum(-1).clamp_max(p.shape[-1] - 1))
        return found


def uniform(protocol: Protocol, device: torch.device = CPU) -> Independent:
    """Return codes that are all equally probable."""
    none = [torch.zeros((0, side, side), dtype=torch.long, device=device) for side in protocol.sides]
    return Independent(none, protocol.K)


@torch.no_grad()
def pixels(model: Autoencoder, codes: Codes, protocol: Protocol, index: int) -> Float[Tensor, "n pixels"]:
    """Return images for grids of codes: means of grey pixels, or draws of 0 and 1."""
    output = model.decode(codes).flatten(1)
    if protocol.data in GREY:
        return output.clamp(0, 1)
    u = generator(protocol.seed, Stream.EVALUATION_BINARIZE, 2**42 + index).random(tuple(output.shape))
    return (torch.from_numpy(u).to(output.device) < output.sigmoid()).to(output)


def generated(
    model: Autoencoder, prior: Independent | Priors, protocol: Protocol, device: torch.device = CPU
) -> Float[Tensor, "n pixels"]:
    """Draw images by codes from a prior."""
    return torch.cat(
        [
            pixels(model, prior.sample(rows.stop - rows.start, protocol.seed, index, device), protocol, index)
            for index, rows in parts(protocol.generated, PART)
        ]
    )


def distances(
    model: Autoencoder,
    priors: Sequence[tuple[str, Independent | Priors]],
    dataset: Dataset,
    found: Encoded,
    protocol: Protocol,
    place: Place,
) -> Iterator[Quantity]:
    """Measure samples, reconstructions and, as the floor, training images in features of the course's classifier."""
    device = place.device
    some = slice(None, None, max(1, len(found.x) // protocol.generated))  # MNIST's first test images are easier
    training = Training(protocol.data, protocol.classifier_steps, protocol.seed)
    judge = trained_classifier(dataset.train, training, place)
    train = observe(dataset.train.images[: protocol.generated], protocol, Stream.EVALUATION_BINARIZE, 2**41, device)
    again = pixels(model, [grid[some] for grid in found.codes], protocol, 2**30)
    samples = {f"samples, {name} codes": generated(model, prior, protocol, device) for name, prior in priors}
    kinds = {**samples, "reconstructions": again, "training images": train.flatten(1)}
    return frechet_distances(judge.features, found.x.flatten(1)[some], kinds, NO_NUMBER)


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train the autoencoder, then the prior; measure the bound, the codes and the samples."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    images, test = dataset.train.images[:], dataset.test.images[: protocol.test_images]
    model, priors = Autoencoder(protocol).to(device), Priors(protocol).to(device)
    curve = train(model, images, protocol, place)
    prior_curve = train_prior(priors, model, images, protocol, place)
    found = encode_all(model, test, protocol, 0, device)
    independent = Independent(encode_all(model, images, protocol, 2**30, device).codes, protocol.K)
    kinds = [("uniform", uniform(protocol, device)), ("independent", independent), ("learnt", priors)]
    quantities = [
        *costs(found, kinds, protocol),
        *usage(found, protocol),
        *distances(model, kinds, dataset, found, protocol, place),
    ]
    curve = {**curve, **{f"prior, {name}": values for name, values in prior_curve.items()}}
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, nn.ModuleList([model, priors]))


def costs(found: Encoded, kinds: Sequence[tuple[str, Independent | Priors]], protocol: Protocol) -> Iterator[Quantity]:
    """Yield what an image costs: its pixels given its codes, its codes under each prior, and all of it."""
    rates = {name: rate(kind, found.codes) for name, kind in kinds}
    if protocol.data in GREY:
        per_pixel = 2 * protocol.sigma**2 / found.x[0].numel()
        yield _mean("squared error of a pixel, test, 1e-3", 1e3 * per_pixel * found.distortion)
        for name, nats in rates.items():
            yield _mean(f"cost of the codes, {name} prior, bits", nats.sum(1) / log(2))
        return
    bound = found.distortion + rates["learnt"].sum(1) - found.entropy
    yield _mean("-bound, test", bound)
    yield _mean("-log p(x given codes), test", found.distortion)
    for name, nats in rates.items():
        yield _mean(f"cost of the codes, {name} prior, test", nats.sum(1))
    if protocol.codebook == "gumbel":
        yield _mean("entropy of q(codes given x), test", found.entropy)


@torch.no_grad()
def rate(prior: Independent | Priors, codes: Codes) -> Float[Tensor, "n levels"]:
    """Return what every grid of every image costs, in nats, a part of the images at a time."""
    return torch.cat([prior.cost([grid[rows] for grid in codes]) for _, rows in parts(len(codes[0]), PART)])


def usage(found: Encoded, protocol: Protocol) -> Iterator[Quantity]:
    """Yield how the codes of each grid are used for test images."""
    for side, codes in zip(protocol.sides, found.codes, strict=True):
        grid = f"{side} x {side} codes"
        used, unused = perplexity(codes, protocol.K)
        yield Quantity(f"perplexity of the {grid}, test", used, no_paper_value=NO_NUMBER)
        yield Quantity(f"codes never used, {grid}, test, %", unused, no_paper_value=NO_NUMBER)


def _mean(name: str, values: Float[Tensor, " n"]) -> Quantity:
    mean, error = mean_and_error(values.detach().cpu().double().numpy())
    return Quantity(name, mean, no_paper_value=NO_NUMBER, standard_error=error)
