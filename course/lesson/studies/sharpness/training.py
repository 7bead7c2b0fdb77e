"""What makes a VAE blur and what makes it sharp: one pair of networks, trained in several ways on the same clothes.

The networks are `common.architecture.MLP` with a Gaussian of one learnt sigma. A way changes what passes between the
encoder and the decoder (a Gaussian, or codes), or adds a term to the loss (features, an adversary), and nothing else:
images, steps, minibatches and step sizes are the same. `course.lesson.studies.sharpness.measuring` measures.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import process_time

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam

from common.architecture import MLP
from common.data import Split
from common.data.batches import batch_indices
from common.data.dequantization import dequantize
from common.streams import Stream
from paper.judge.classifier import Classifier
from paper.kit.draws import noise
from paper.kit.initial import draw_parameters
from paper.kit.steps import descend, geometric
from paper.parts.codebook import AveragedCodebook
from paper.vae.vae import VAE
from paper.vqgan.adversary import PatchDiscriminator, adaptive_weight, discriminator_loss, generator_loss

DATA = "fashion_mnist"
SEEDS = (0, 1, 2)
STEPS, CLASSIFIER_STEPS, PRIOR_STEPS, M = 1000, 600, 300, 64
STEP_SIZES = 2e-3, 1e-4
LATENTS, HIDDEN = 32, 200
K, GRID = 64, (4, 4)
"""How many codes there are, and the places that share them: the 32 numbers of z are 16 points of the plane."""

Images = Float[Tensor, "M 1 28 28"]


def observed(split: Split, chosen: np.ndarray | slice, seed: int, stream: Stream, index: int) -> Images:
    """Return grey images in [0, 1), with noise within each level, drawn anew."""
    return torch.from_numpy(dequantize(split.images[chosen], seed, stream, index))


# What passes between encoder and decoder: z, what it adds to the loss, and what it costs in nats.


class Bottleneck(nn.Module):
    """z from a Gaussian, whose KL costs ``beta`` a nat; without ``noise`` z is mu, as in an autoencoder."""

    def __init__(self, beta: float = 1.0, noise: float = 1.0) -> None:
        super().__init__()
        self.beta, self.noise = beta, noise

    def forward(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return z, the penalty and the rate of each image."""
        kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)
        return mu + self.noise * (0.5 * logvar).exp() * eps, self.beta * kl, kl

    def learn(self, seed: int, step: int) -> None:
        """Learn what no gradient teaches: nothing."""


class CodeBottleneck(nn.Module):
    """mu, two numbers at a time, replaced by the nearest of K codes; the rate is that of a uniform prior."""

    def __init__(self) -> None:
        super().__init__()
        self.quantizer = AveragedCodebook(K, 2, beta=0.25, decay=0.99, fewest=0.5)
        self.started = False

    def forward(self, mu: Tensor, logvar: Tensor, eps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return z, the commitment and the rate of each image."""
        z_e = mu.view(-1, 2, *GRID)
        if not self.started:
            self.quantizer.start(z_e, 0)
            self.started = True
        self.found = self.quantizer(z_e)
        return self.found.z_q.flatten(1), self.found.loss, mu.new_full((len(mu),), 16 * np.log(K))

    def learn(self, seed: int, step: int) -> None:
        """Move the codes to the averages of what chose them."""
        self.quantizer.learn(self.found, seed, step)


# What is added to the loss of the decoder.


class Nothing(nn.Module):
    """No further term."""

    def forward(self, x: Images, f: Images, likelihood: Tensor, last: nn.Parameter, step: int) -> Tensor | float:
        """Return 0."""
        return 0.0


class Perception(nn.Module):
    """The squared difference of the features of a classifier's first convolution, as a share of their variance."""

    WEIGHT = 1000.0

    def __init__(self, eye: Classifier, x: Images) -> None:
        super().__init__()
        self.eye = eye.requires_grad_(False)
        self.variance = self.features(x).var(0).sum()

    def features(self, x: Images) -> Float[Tensor, "M features"]:
        """Return what the first convolution says of images."""
        return self.eye.conv1(x).relu().flatten(1)

    def forward(self, x: Images, f: Images, likelihood: Tensor, last: nn.Parameter, step: int) -> Tensor:
        """Return the weighted difference: the weight itself where f has the mean features of all images."""
        difference = (self.features(x) - self.features(f)).square().sum(1).mean()
        return self.WEIGHT * difference / self.variance


class Adversary(nn.Module):
    """A discriminator of patches (Esser et al. 2021), which learns at every step, and teaches from a third on."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.judge = PatchDiscriminator(1, 8, 2, seed)
        self.optimizer = Adam(self.judge.parameters(), 1e-3, betas=(0.5, 0.9), fused=True)

    def forward(self, x: Images, f: Images, likelihood: Tensor, last: nn.Parameter, step: int) -> Tensor | float:
        """Teach the discriminator, then return its opinion of f, weighted so that both gradients are of one size."""
        descend(discriminator_loss(self.judge(x), self.judge(f.detach())), self.optimizer)
        if step < STEPS / 3:
            return 0.0
        opinion = generator_loss(self.judge(f))
        return adaptive_weight(likelihood, opinion, last) * opinion


# A way to train, and the training.


@dataclass(frozen=True)
class Way:
    """What is changed of the VAE."""

    latents: int = LATENTS
    bottleneck: Callable[[], Bottleneck | CodeBottleneck] = Bottleneck
    addition: Callable[[Split, int], nn.Module] = field(default=lambda train, seed: Nothing())


def perception(train: Split, seed: int) -> Perception:
    """Return the features of a classifier that is not the one by which distances are measured."""
    return Perception(classifier(train, 200), observed(train, slice(0, 2000), 200, Stream.PICTURE, 0))


AVERAGED = ("vae", "vae, 8 latents", "vae, 2 latents")
"""The ways of which the average of training images is measured too."""
WAYS = {
    "vae": Way(),
    "vae, 8 latents": Way(latents=8),
    "vae, 2 latents": Way(latents=2),
    "beta = 0.1": Way(bottleneck=lambda: Bottleneck(beta=0.1)),
    "autoencoder": Way(bottleneck=lambda: Bottleneck(beta=0.0, noise=0.0)),
    "features": Way(addition=perception),
    "adversary": Way(addition=lambda train, seed: Adversary(seed + 100)),
    "codes": Way(bottleneck=CodeBottleneck),
}


class Trained:
    """A model after its training, with the processor seconds that it took."""

    def __init__(self, way: Way, train: Split, seed: int) -> None:
        self.way, self.seed = way, seed
        self.vae = VAE(MLP(hidden=HIDDEN, latents=way.latents, likelihood="gaussian"))
        draw_parameters(self.vae, seed)
        self.bottleneck, self.addition = way.bottleneck(), way.addition(train, seed)
        begun = process_time()
        self._train(train)
        self.seconds = process_time() - begun

    def _train(self, train: Split) -> None:
        optimizer = Adam(self.vae.parameters(), fused=True)
        last = self.vae.decoder.logits.weight
        for step in range(STEPS):
            x = observed(train, batch_indices(self.seed, step, len(train), M), self.seed, Stream.BINARIZE, step)
            z, penalty, _ = self.code(x, Stream.NOISE, step)
            p = self.vae.likelihood(self.vae.decode(z))
            likelihood = -p.log_prob(x).sum((1, 2, 3)).mean()
            loss = likelihood + penalty.mean() + self.addition(x, p.mean, likelihood, last, step)
            descend(loss, optimizer, geometric(*STEP_SIZES, step / STEPS))
            self.bottleneck.learn(self.seed, step)

    def code(self, x: Images, stream: Stream, index: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return z of each image, what it adds to the loss, and its rate in nats."""
        return self.bottleneck(*self.vae.encode(x), noise(self.seed, stream, index, (len(x), self.way.latents)))

    @torch.no_grad()
    def image(self, z: Float[Tensor, "M latents"]) -> Images:
        """Return f(z), the mean of p(x | z)."""
        return self.vae.sample(z)


def classifier(train: Split, seed: int) -> Classifier:
    """Train a classifier of grey images; `paper.judge.classifier` trains the same network on binary ones."""
    model, labels = Classifier(28, 28), torch.from_numpy(np.asarray(train.labels))
    draw_parameters(model, seed)
    optimizer = Adam(model.parameters(), fused=True)
    for step in range(CLASSIFIER_STEPS):
        chosen = batch_indices(seed, step, len(train), M)
        x = observed(train, chosen, seed, Stream.BINARIZE, step)
        loss = F.cross_entropy(model(x.flatten(1)), labels[chosen.copy()])
        descend(loss, optimizer, geometric(*STEP_SIZES, step / CLASSIFIER_STEPS))
    return model
