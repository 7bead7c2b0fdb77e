"""Ho et al. 2020, "Denoising diffusion probabilistic models" (arXiv 2006.11239), on grey digits.

A network learns to tell the noise in an image, at T amounts of noise; samples are made of noise by taking away what it
tells, step by step. The likelihood is an upper bound, in bits per dimension of 256 grey levels.

What is done otherwise than in the paper, and said in every result:

* MNIST, which the paper has not; so no number of it stands beside ours. The U-Net is small and has no attention.
* The cosine schedule of Nichol & Dhariwal 2021 (arXiv 2102.09672) for the linear one.
* Samples take 50 steps without further noise, DDIM of Song et al. 2021 (arXiv 2010.02502). ``--denoising-steps 1000
  --eta 1`` are the paper's own.
* Adam with a step size that falls geometrically; the moving average of parameters is shorter, as the training is.
* The bound is estimated on the first test images, from some of the T terms of each. It is that of the chain with all T
  steps and noise in each; samples of fewer steps, or without noise, have none.

``compared`` is the budget of the comparison: about 300 processor seconds of training on one thread. Matrix products
are in bfloat16 while training, never while measuring. ``short`` are about 1,800 seconds.
"""

from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from common.allocator import keep_freed_memory
from common.data import load
from common.data.batches import batch_indices
from common.errors import InvalidArgument
from common.streams import Stream, generator
from paper.ddpm.model import Chain, Predictor, bits_per_dimension, cosine_betas
from paper.ddpm.network import UNet
from paper.judge.classifier import JUDGE_SEED, Training
from paper.judge.measures import ProcessorTime, costs, measured, quality, timed
from paper.kit.curve import Curve, evenly, mean_and_error, note
from paper.kit.draws import grey, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.precision import products
from paper.kit.protocol import Compared, Count, Minibatches, Positive, Precision, Share, Weight, Whole, protocol
from paper.kit.results import Result
from paper.kit.steps import descend, geometric

TITLE = "Ho et al. 2020"
HEADLINE = ("mnist_compared", "Frechet distance to test images, samples")

PART = 100
"""Images that are sampled, or measured, at a time."""

Images = UInt8[np.ndarray, "_n 1 h w"]


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["mnist", "digits"] = "mnist"
    """data set"""
    channels: Count = 16
    """channels at full resolution, a multiple of 8; half of those below"""
    T: Count = 1000
    """amounts of noise"""
    decay: Share = 0.9999
    """what the moving average of the parameters keeps in a step; samples are drawn with the average"""
    denoising_steps: Count = 50
    """steps in which a sample is made of noise"""
    eta: Weight = 0.0
    """noise that is added in these steps: 0 none (DDIM), 1 as much as in the paper"""
    M: Count = 100
    """images of a minibatch"""
    step_size: Positive = 2e-3
    """step size of Adam at first"""
    final_step_size: Positive = 1e-4
    """step size of Adam at last"""
    samples: Count = 300 * 60_000
    """training images, repeats included"""
    training_images: Count = 60_000
    """how many of the first training images are used"""
    bounded: Count = 200
    """first test images, whose bound is measured"""
    terms: Count = 50
    """terms of the bound of an image that are measured, besides the first and the last one"""
    generated: Compared = 1000
    """samples whose quality is measured"""
    classifier_steps: Count = 4000
    """steps in which the classifier is trained whose features it takes"""
    precision: Precision = "float32"
    """precision of matrix products in training"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.channels % 8:
            raise InvalidArgument("channels", self.channels, "a multiple of 8")
        if self.T < 2:
            raise InvalidArgument("T", self.T, "at least 2 amounts of noise")
        if self.denoising_steps > self.T:
            raise InvalidArgument("denoising_steps", self.denoising_steps, f"at most T, {self.T}")


PAPER = {name: Protocol(data=name) for name in ("mnist", "digits")}
BUDGETS = {
    "compared": {"samples": 165_000, "decay": 0.995, "precision": "bfloat16"},
    "short": {"samples": 990_000, "decay": 0.999, "precision": "bfloat16"},
    "paper": {},
}


class Diffusion(nn.Module):
    """The chain of noise, and the moving average of the network that goes back."""

    def __init__(self, chain: Chain, average: AveragedModel) -> None:
        super().__init__()
        self.chain, self.average = chain, average

    def sample(self, protocol: Protocol, count: int, device: torch.device) -> Float[Tensor, "count 1 28 28"]:
        """Draw images in [0, 1], the first ones the same however many are drawn."""
        found = []
        for index, rows in parts(count, PART):
            shape = (rows.stop - rows.start, 1, 28, 28)

            def draws(t: int, index: int = index, shape: tuple[int, ...] = shape) -> Tensor:
                return noise(protocol.seed, Stream.EVALUATION_NOISE, 2**32 * t + index, shape, device)

            x_T = draws(protocol.T + 1)
            found.append(self.chain.sample(self.average, x_T, protocol.denoising_steps, protocol.eta, draws))
        return (torch.cat(found) + 1) / 2


def centred(images: Images, device: torch.device) -> Float[Tensor, "_n 1 h w"]:
    """Return grey levels as numbers in [-1, 1]."""
    return 2 * grey(images, device) - 1


def train(
    network: UNet, chain: Chain, images: Images, protocol: Protocol, time: ProcessorTime, place: Place
) -> tuple[AveragedModel, Curve]:
    """Take the steps that are left; return the averaged network, and the loss along the way."""
    optimizer, seed, device = Adam(network.parameters(), protocol.step_size, fused=True), protocol.seed, place.device
    average, points = (
        AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(protocol.decay)),
        evenly(protocol.steps, 20),
    )
    with place.stage("network", protocol.steps) as stage:
        stage.keep(network=network, average=average, optimizer=optimizer, time=time)
        for step in stage:
            x_0 = centred(images[batch_indices(seed, step, len(images), protocol.M)], device)
            eps = noise(seed, Stream.NOISE, step, tuple(x_0.shape), device)
            t = torch.from_numpy(generator(seed, Stream.NOISE, 2**40 + step).integers(1, protocol.T + 1, len(x_0)))
            with products(protocol.precision, device):
                loss = chain.loss(network, x_0, t.to(device), eps)
            descend(loss, optimizer, geometric(protocol.step_size, protocol.final_step_size, step / protocol.steps))
            average.update_parameters(network)
            if stage.logs:
                stage.log(loss=loss, gradient_norm=gradient_norm(network))
            if step + 1 in points:
                note(stage.curve, {"samples": (step + 1) * protocol.M, "loss": loss.item()})
    return average, stage.curve


@torch.no_grad()
def bound(
    chain: Chain, predict: Predictor, images: Images, protocol: Protocol, device: torch.device
) -> Float[np.ndarray, " n"]:
    """Estimate the bound of every image in bits per dimension: one t from each of as many parts of 2 to T as asked."""
    terms, values = protocol.terms, []
    for index, rows in parts(len(images), PART):
        x_0 = centred(images[rows], device)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, 2**20 + index, (terms + 1, *x_0.shape), device)
        u = generator(protocol.seed, Stream.EVALUATION_NOISE, 2**30 + index).random((terms, len(x_0)))
        nats = chain.first_term(x_0) + chain.last_term(predict, x_0, eps[terms])
        for part in range(terms):
            t = 2 + torch.from_numpy((part + u[part]) / terms * (protocol.T - 1)).long().to(device)
            nats += chain.term(predict, x_0, t, eps[part]) * (protocol.T - 1) / terms
        values.append(bits_per_dimension(nats, x_0[0].numel()).cpu().double().numpy())
    return np.concatenate(values)


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train by a protocol; measure the bound on test images, the costs, and samples of the averaged network."""
    keep_freed_memory()
    dataset, device = load(protocol.data), place.device
    chain = Chain(cosine_betas(protocol.T)).float().to(device)
    network, time = UNet(protocol.channels, protocol.T, protocol.seed).to(device), ProcessorTime()
    images = dataset.train.images[: protocol.training_images]
    average, curve = train(network, chain, images, protocol, time, place)
    seconds, model = time.seconds, Diffusion(chain, average)
    mean, error = mean_and_error(bound(chain, average, dataset.test.images[: protocol.bounded], protocol, device))
    samples, sampling = timed(lambda: model.sample(protocol, protocol.generated, device))
    quantities = [
        measured("bits per dimension, test, upper bound", mean, error),
        *costs(network, seconds, sampling * 1000 / len(samples)),
        *quality(samples, dataset, Training(protocol.data, protocol.classifier_steps, JUDGE_SEED), place),
    ]
    return Result(protocol, quantities, curve, place.seconds, dataset.checksum, model)
