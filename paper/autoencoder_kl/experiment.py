"""Rombach et al. 2022, "High-Resolution Image Synthesis with Latent Diffusion Models" (arXiv 2112.10752), in small.

Stage 1 is the autoencoder of `paper.autoencoder_kl.model`, stage 2 a diffusion model of its latents. The paper's images
are photographs of 256 x 256 pixels; here they are grey, 28 x 28, padded to 32 x 32, so that none of its numbers stands
beside ours. Measured is what two small numbers of the paper are for:

* the weight of the KL, 1e-6 (``--kl-weight``),
* the factor by which latents are multiplied before the diffusion model sees them, 0.18215 in Stable Diffusion: 1 / std
  of *sampled* latents. The diffusion model is trained four times: with this factor, without one, with one ten times and
  with one a tenth as large.

What is done otherwise than in the paper:

* The loss is |x - D(z)| and the KL, without the perceptual and the adversarial part.
* The factor is measured on the latents of 10,000 training images instead of a first minibatch of them.
* The networks of both stages are small, the noise grows by a cosine schedule, and ``M`` and the step sizes are ours.

``short`` is a budget for 25 minutes of one processor core, with smaller networks; ``gpu`` is one for a GPU.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument
from common.streams import Stream, generator
from paper.autoencoder_kl import diffusion
from paper.autoencoder_kl.diffusion import Denoiser
from paper.autoencoder_kl.model import AutoencoderKL, Configuration, Posterior, loss
from paper.judge.classifier import Training, trained_classifier
from paper.judge.distances import frechet_distances
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import CPU, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.initial import draw_parameters
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Share, Weight, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend, geometric

TITLE = "Rombach et al. 2022"
HEADLINE = ("fashion_mnist_short", "Frechet distance to test images, samples, factor 1 / std")
NO_NUMBER = "other images"
PADDING = 2
"""Rows and columns on each side that make 28 x 28 pixels 32 x 32."""

PART = 500
"""Images that are encoded, or drawn, at a time."""

MEASURED = 10_000
"""Training images whose latents decide the scale factor."""

FACTORS = {"1 / std": 1.0, "10 / std": 10.0, "0.1 / std": 0.1, "1": None}
"""Scale factors by name: what 1 / std is multiplied by, or none at all."""

Images = UInt8[np.ndarray, "n 1 28 28"]
Pixels = Float[Tensor, "n 1 32 32"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["fashion_mnist", "mnist", "digits"] = "fashion_mnist"
    """data set"""
    widths: tuple[Count, Count, Count] = (32, 64, 64)
    """channels of the autoencoder at 32, 16 and 8 rows"""
    groups: Count = 32
    """groups of its group norms"""
    latents: Count = 4
    """channels of the latents"""
    kl_weight: Weight = 1e-6
    """weight of the KL"""
    M: Count = 64
    """images of a minibatch"""
    step_size: Positive = 1e-3
    """step size of Adam at first, in both stages"""
    final_step_size: Positive = 5e-5
    """step size of Adam at last"""
    clip_norm: Positive = 100.0
    """largest norm of the gradient of the autoencoder"""
    samples: Count = 40 * 60_000
    """training images of the first stage, repeats included"""
    width: Count = 64
    """channels of the diffusion model"""
    diffusion_samples: Count = 100 * 60_000
    """training images of the second stage, for each scale factor, repeats included"""
    decay: Share = 0.999
    """what the moving average of the diffusion model keeps in a step; samples are drawn with the average"""
    denoising_steps: Count = 50
    """steps in which a sample is made of noise"""
    test_images: Compared = 10_000
    """first test images, on which all is measured"""
    generated: Compared = 10_000
    """samples for each scale factor, whose Frechet distance is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained whose features it takes"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.diffusion_samples < self.M:
            raise InvalidArgument("diffusion_samples", self.diffusion_samples, f"at least one minibatch of {self.M}")
        if any(width % self.groups for width in self.widths):
            raise InvalidArgument("widths", self.widths, f"multiples of groups, {self.groups}")
        if self.width % 8:
            raise InvalidArgument("width", self.width, "a multiple of 8")


PAPER = {name: Protocol(data=name) for name in ("fashion_mnist", "mnist", "digits")}
SMALL = {"widths": (16, 32, 32), "groups": 16, "width": 32, "M": 32, "precision": "bfloat16"}
FEW = {"samples": 90_000, "diffusion_samples": 100_000, "decay": 0.995, "generated": 2000}
BUDGETS = {"short": {**SMALL, **FEW}, "gpu": {"M": 128, "precision": "bfloat16"}, "paper": {}}


def padded(images: Images, device: torch.device = CPU) -> Pixels:
    """Return grey levels as numbers in [-1, 1], with a margin of black."""
    x = torch.tensor(images, device=device) / 127.5 - 1
    return F.pad(x, (PADDING,) * 4, value=-1.0)


def cut(x: Pixels) -> Float[Tensor, "n 784"]:
    """Return the images without their margin, pixels in [0, 1]."""
    return ((x[..., PADDING:-PADDING, PADDING:-PADDING] + 1) / 2).clamp(0, 1).flatten(1)


# Stage 1: the autoencoder (section 3.1).


def autoencoder(protocol: Protocol) -> AutoencoderKL:
    """Return the networks with their initial values."""
    model = AutoencoderKL(Configuration(protocol.widths, 1, protocol.latents, groups=protocol.groups))
    draw_parameters(model, protocol.seed)
    return model


def train(model: AutoencoderKL, images: Images, protocol: Protocol, place: Place) -> Curve:
    """Train encoder and decoder; return the loss along the way."""
    optimizer, points = Adam(model.parameters(), protocol.step_size, fused=True), evenly(protocol.steps, 20)
    seed = protocol.seed
    with place.stage("autoencoder", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            x = padded(images[batch_indices(seed, step, len(images), protocol.M)], place.device)
            eps = noise(seed, Stream.NOISE, step, latent_shape(protocol, len(x)), place.device)
            with products(protocol.precision, place.device):
                mean = loss(model, x, eps, protocol.kl_weight).mean()
            step_size = geometric(protocol.step_size, protocol.final_step_size, step / protocol.steps)
            descend(mean, optimizer, step_size, protocol.clip_norm)
            if stage.logs:
                with torch.no_grad():
                    kl = model.encode(x).kl().mean()
                stage.log(loss=mean, kl=kl, gradient_norm=gradient_norm(model))
            if step + 1 in points:
                note(stage.curve, {"samples": (step + 1) * protocol.M, "loss": mean.item()})
    return stage.curve


def latent_shape(protocol: Protocol, images: int) -> tuple[int, int, int, int]:
    """Return the shape of the latents of some images."""
    return images, protocol.latents, 8, 8


@torch.no_grad()
def encode_all(model: AutoencoderKL, images: Images, device: torch.device = CPU) -> Posterior:
    """Return q(z | x) of many images, encoded a part at a time."""
    found = [model.encode(padded(images[rows], device)) for _, rows in parts(len(images), PART)]
    return Posterior(*(torch.cat(part) for part in zip(*found, strict=True)))


@torch.no_grad()
def decode_all(model: AutoencoderKL, z: Float[Tensor, "n c h w"]) -> Float[Tensor, "n 784"]:
    """Return images for many latents, decoded a part at a time."""
    return torch.cat([cut(model.decode(part)) for part in z.split(PART)])


# The scale factor (appendix G).


class Scale(NamedTuple):
    """The standard deviation of sampled latents: of all numbers, of each channel, and of each channel's means."""

    std: float
    by_channel: list[float]
    of_means: list[float]

    def factor(self, name: str) -> float:
        """Return a scale factor by its name."""
        times = FACTORS[name]
        return 1.0 if times is None else times / self.std


def scale_of(q: Posterior, seed: int) -> Scale:
    """Measure the latents of images, one sample of each."""
    z = q.sample(noise(seed, Stream.EVALUATION_NOISE, 2**41, tuple(q.mean.shape), q.mean.device))
    by_channel, of_means = (values.transpose(0, 1).flatten(1).std(1).tolist() for values in (z, q.mean))
    return Scale(float(z.std()), by_channel, of_means)


# Stage 2: a diffusion model of scaled latents (section 3.2).


class LatentDiffusion(nn.Module):
    """An autoencoder, and a diffusion model of its latents with each of the factors."""

    def __init__(self, autoencoder: AutoencoderKL) -> None:
        super().__init__()
        self.autoencoder, self.denoisers = autoencoder, nn.ModuleList()
        self.factors: list[float] = []

    def add(self, denoiser: nn.Module, factor: float) -> None:
        """Take a diffusion model of latents that were multiplied by a factor."""
        self.denoisers.append(denoiser)
        self.factors.append(factor)

    def sample(self, number: int, eps: Float[Tensor, "n c h w"], steps: int) -> Float[Tensor, "n 784"]:
        """Return images: noise, made to latents by one of the diffusion models, divided by its factor, decoded."""
        z = diffusion.sample(self.denoisers[number], eps, steps)
        return decode_all(self.autoencoder, z / self.factors[number])


def train_diffusion(
    denoiser: Denoiser, q: Posterior, factor: float, name: str, protocol: Protocol, place: Place
) -> tuple[nn.Module, Curve]:
    """Train on latents that are sampled anew at each draw; return the averaged network and the loss along the way."""
    steps, seed, device = protocol.diffusion_samples // protocol.M, protocol.seed, place.device
    optimizer, points = Adam(denoiser.parameters(), protocol.step_size, fused=True), evenly(steps, 20)
    average = AveragedModel(denoiser, multi_avg_fn=get_ema_multi_avg_fn(protocol.decay))
    with place.stage(f"diffusion, factor {name.replace('/', 'by')}", steps) as stage:
        stage.keep(denoiser=denoiser, average=average, optimizer=optimizer)
        for step in stage:
            rows = torch.tensor(batch_indices(seed + 1, step, len(q.mean), protocol.M), device=device)
            draws = noise(seed + 1, Stream.NOISE, step, (2, *latent_shape(protocol, len(rows))), device)
            u = generator(seed + 1, Stream.NOISE, 2**40 + step).random(len(rows)).astype(np.float32)
            z = factor * Posterior(q.mean[rows], q.logvar[rows]).sample(draws[0])
            with products(protocol.precision, device):
                error = diffusion.loss(denoiser, z, torch.from_numpy(u).to(device), draws[1])
            descend(error, optimizer, geometric(protocol.step_size, protocol.final_step_size, step / steps))
            average.update_parameters(denoiser)
            if stage.logs:
                stage.log(loss=error, gradient_norm=gradient_norm(denoiser))
            if step + 1 in points:
                note(stage.curve, {"samples": (step + 1) * protocol.M, "loss": error.item()})
    return average, stage.curve


def generate(
    model: LatentDiffusion, number: int, protocol: Protocol, device: torch.device = CPU
) -> Float[Tensor, "n 784"]:
    """Draw images by one of the diffusion models; all of them begin at the same noise."""
    found = []
    for index, rows in parts(protocol.generated, PART, first=2**42):
        shape = latent_shape(protocol, rows.stop - rows.start)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, shape, device)
        found.append(model.sample(number, eps, protocol.denoising_steps))
    return torch.cat(found)


# What is measured.


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train the autoencoder, then a diffusion model with each scale factor; measure reconstructions and samples."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    images, test = dataset.train.images[:], dataset.test.images[: protocol.test_images]
    model = autoencoder(protocol).to(device)
    curve = train(model, images, protocol, place)
    q, q_test = encode_all(model, images, device), encode_all(model, test, device)
    scale = scale_of(Posterior(*(part[:MEASURED] for part in q)), protocol.seed)
    z = q_test.sample(noise(protocol.seed, Stream.EVALUATION_NOISE, 2**43, tuple(q_test.mean.shape), device))
    x, again = cut(padded(test, device)), decode_all(model, z)
    both, kinds = LatentDiffusion(model), {}
    for number, name in enumerate(FACTORS):
        denoiser = Denoiser(protocol.latents, protocol.width)
        draw_parameters(denoiser, protocol.seed + 1)
        factor = scale.factor(name)
        average, along = train_diffusion(denoiser.to(device), q, factor, name, protocol, place)
        both.add(average, factor)
        curve |= {f"factor {name}, {column}": values for column, values in along.items()}
        kinds[f"samples, factor {name}"] = generate(both, number, protocol, device)
    kinds |= {"reconstructions": again, "training images": cut(padded(images[: protocol.generated], device))}
    judge = trained_classifier(dataset.train, Training(protocol.data, protocol.classifier_steps, protocol.seed), place)
    distances = frechet_distances(judge.features, x, kinds, NO_NUMBER)
    quantities = [*fidelity(x, again, q_test), *spread(scale), *distances]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, both)


def fidelity(x: Float[Tensor, "n D"], again: Float[Tensor, "n D"], q: Posterior) -> Iterator[Quantity]:
    """Yield how near reconstructions of sampled latents are, and what the latents tell of an image."""
    psnr = -10 * (x - again).square().mean(1).log10()  # pixels in [0, 1]: the peak is 1
    for name, values in (("PSNR of reconstructions, test, dB", psnr), ("KL, test, nats", q.kl())):
        mean, error = mean_and_error(values.cpu().double().numpy())
        yield Quantity(name, mean, no_paper_value=NO_NUMBER, standard_error=error)


def spread(scale: Scale) -> Iterator[Quantity]:
    """Yield the scale factor, and the standard deviations behind it."""
    yield Quantity("scale factor, 1 / std of sampled latents", scale.factor("1 / std"), no_paper_value=NO_NUMBER)
    for channel, (sampled, mean) in enumerate(zip(scale.by_channel, scale.of_means, strict=True), 1):
        yield Quantity(f"std of sampled latents, channel {channel}", sampled, no_paper_value=NO_NUMBER)
        yield Quantity(f"std of posterior means, channel {channel}", mean, no_paper_value=NO_NUMBER)
