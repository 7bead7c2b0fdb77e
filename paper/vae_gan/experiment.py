"""Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric" (arXiv 1512.09300), on clothes.

Three models with the same networks (``--model``), trained for about the same processor time:

* ``vae``: Enc and Dec, with a Gaussian of fixed variance around each pixel;
* ``gan``: Dec and Dis;
* ``vae_gan``: all three, algorithm 1. How far a reconstruction is from its image is measured in features of Dis.

What is done otherwise than in the paper:

* Its images are faces of 64 x 64 pixels, its networks are larger, and it measures the attributes of generated faces.
* Dec lowers -log Dis, and not log(1 - Dis), which has hardly a gradient where Dis is sure (Goodfellow et al. 2014,
  section 3).
* Adam takes the steps, smaller ones for Dis, and not RMSProp. The authors' code also lets Dis or Dec pause when the
  other is far behind; here both take every step.
* Reconstructions and samples have half of the weight of real images each, as in the authors' code.

The budgets give each model as many steps as take the same processor time; the result says what they took.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument
from common.streams import Stream
from paper.judge.classifier import Training, trained_classifier
from paper.judge.distances import frechet_distances
from paper.judge.measures import ProcessorTime
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import CPU, grey, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Share, Weight, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import set_step_size
from paper.parts.adversary import teach
from paper.vae_gan.lessons import Taught, gan, vae, vae_gan
from paper.vae_gan.model import Codes, Networks

TITLE = "Larsen et al. 2016"
HEADLINE = ("fashion_mnist_model-vae_gan_short", "Frechet distance to test images, samples")
NO_NUMBER = "other images"
PART = 500
"""Images that are encoded, or decoded, at a time."""

Images = UInt8[np.ndarray, "n 1 28 28"]
Pixels = Float[Tensor, "_n 1 28 28"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["fashion_mnist", "mnist", "digits"] = "fashion_mnist"
    """data set"""
    model: Literal["vae", "gan", "vae_gan"] = "vae_gan"
    """which networks learn, and from what"""
    N_z: Count = 32
    """numbers of a code"""
    channels: Count = 32
    """channels of the first convolution, half of those of the second"""
    gamma: Weight = 1e-3
    """weight of the similarity in the loss of Dec, beside the verdict of Dis"""
    sigma2: Positive = 0.05
    """variance of a pixel about its mean, in the VAE"""
    M: Count = 64
    """images of a minibatch"""
    step_size: Positive = 3e-4
    """step size of Adam"""
    d_share: Share = 0.5
    """what the step size is multiplied by for Dis"""
    beta1: Share = 0.5
    """what Adam's first moment keeps in a step"""
    samples: Count = 20 * 60_000
    """training images, repeats included"""
    test_images: Compared = 10_000
    """first test images, on which all is measured"""
    generated: Compared = 10_000
    """samples, whose Frechet distance is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained whose features it takes"""
    precision: Precision = "float32"
    """precision of matrix products"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.beta1 == 1:
            raise InvalidArgument("beta1", self.beta1, "a number below 1")


STEPS = {"vae": 3.6, "gan": 2.25, "vae_gan": 1.0}
"""Steps in the processor time of one step of the VAE/GAN."""


def step_size(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the step size, the better of two that were tried with each model for half a minute."""
    return {"step_size": 3e-3 if given.get("model") == "vae" else 3e-4}


def long(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changes so that each model trains as long as twenty passes of the VAE/GAN take."""
    return {"samples": round(20 * 60_000 * STEPS[given.get("model", Protocol.model)])} | step_size(given)


def short(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changes for four minutes of one processor core."""
    samples = round(300_000 * STEPS[given.get("model", Protocol.model)])
    return {"channels": 16, "samples": samples, "classifier_steps": 400, "precision": "bfloat16"} | step_size(given)


PAPER = {name: Protocol(data=name) for name in ("fashion_mnist", "mnist", "digits")}
BUDGETS = {"short": short, "paper": long}


def taught(networks: Networks, x: Pixels, eps: Codes, z_p: Codes, protocol: Protocol) -> Taught:
    """Return the lessons of a minibatch."""
    match protocol.model:
        case "vae":
            return vae(networks, x, eps, protocol.sigma2)
        case "gan":
            return gan(networks, x, z_p)
        case "vae_gan":
            return vae_gan(networks, x, eps, z_p, protocol.gamma)


def train(networks: Networks, images: Images, protocol: Protocol, place: Place) -> tuple[Curve, float]:
    """Train the networks that learn in this model, and leave all of them in ``eval`` mode.

    Returns the parts of the losses along the way, and the processor time in seconds.
    """
    seed, device, watch, points = protocol.seed, place.device, ProcessorTime(), evenly(protocol.steps, 20)
    betas = (protocol.beta1, 0.999)
    optimizers = {
        name: Adam(one.parameters(), protocol.step_size, betas, fused=True) for name, one in networks.named_children()
    }
    set_step_size(optimizers["Dis"], protocol.d_share * protocol.step_size)
    networks.train()
    with place.stage("networks", protocol.steps) as stage:
        stage.keep(networks=networks, watch=watch, **optimizers)
        for step in stage:
            x = grey(images[batch_indices(seed, step, len(images), protocol.M)], device)
            eps, z_p = noise(seed, Stream.NOISE, step, (2, len(x), protocol.N_z), device)
            with products(protocol.precision, device):
                lessons, numbers = taught(networks, x, eps, z_p, protocol)
            teach(lessons)
            for optimizer in optimizers.values():
                optimizer.step()
            if stage.logs:
                loss = sum(lesson.loss.detach() for lesson in lessons)
                stage.log(loss=loss, **numbers, gradient_norm=gradient_norm(networks))
            if step + 1 in points:
                scalars = {name: value.item() for name, value in numbers.items() if value.dim() == 0}
                note(stage.curve, {"samples": (step + 1) * protocol.M, **scalars})
        seconds = watch.seconds
    networks.eval()
    return stage.curve, seconds


# What is measured.


@torch.no_grad()
def reconstruct(networks: Networks, images: Images, seed: int, device: torch.device = CPU) -> Pixels:
    """Return what one code of each image is decoded to."""
    found = []
    for index, rows in parts(len(images), PART):
        x = grey(images[rows], device)
        eps = noise(seed, Stream.EVALUATION_NOISE, index, (len(x), networks.N_z), device)
        found.append(networks.Dec(networks.Enc(x, eps).z))
    return torch.cat(found)


@torch.no_grad()
def generate(networks: Networks, count: int, seed: int, device: torch.device = CPU) -> Pixels:
    """Return images for points of the prior."""
    z_p = noise(seed, Stream.EVALUATION_NOISE, 2**41, (count, networks.N_z), device)
    return torch.cat([networks.Dec(part) for part in z_p.split(PART)])


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train, and measure samples and, of a model with an encoder, reconstructions; training images are the floor."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    networks = Networks(protocol.channels, protocol.N_z, protocol.seed).to(device)
    curve, seconds = train(networks, dataset.train.images[:], protocol, place)
    test = dataset.test.images[: protocol.test_images]
    kinds = {"samples": generate(networks, protocol.generated, protocol.seed, device)}
    quantities = [Quantity("processor seconds of training", seconds, no_paper_value=NO_NUMBER)]
    if protocol.model != "gan":
        kinds["reconstructions"] = x_tilde = reconstruct(networks, test, protocol.seed, device)
        psnr = -10 * (grey(test, device) - x_tilde).square().flatten(1).mean(1).log10()
        mean, error = mean_and_error(psnr.cpu().double().numpy())
        found = Quantity("PSNR of reconstructions, test, dB", mean, no_paper_value=NO_NUMBER, standard_error=error)
        quantities.append(found)
    kinds["training images"] = grey(dataset.train.images[: protocol.generated], device)
    judge = trained_classifier(dataset.train, Training(protocol.data, protocol.classifier_steps, protocol.seed), place)
    flat = {kind: images.flatten(1) for kind, images in kinds.items()}
    quantities += frechet_distances(judge.features, grey(test, device).flatten(1), flat, NO_NUMBER)
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, networks)
