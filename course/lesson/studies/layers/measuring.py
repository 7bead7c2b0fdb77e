"""What is measured of a trained hierarchy: its bound, and samples at several temperatures, judged by a classifier."""

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from common.data import Dataset
from common.metrics.frechet import frechet_distance
from common.streams import Stream
from course.lesson.studies.layers.training import DATA, LATENTS
from paper.judge.classifier import CLASSES, Training, trained_classifier
from paper.kit.draws import binary, noise
from paper.ladder_vae.model import Hierarchy, elbo

TEMPERATURES = (1.0, 0.8, 0.6, 0.4)
CLASSIFIER = Training(DATA, steps=300, seed=100, precision="float32")
SAMPLES, SHOWN = 2000, 20
NUMBERS = ("Frechet distance", "variance", "classes", "confidence")
"""Of a set of binary images: the distance from training images in features of the classifier; the variance, a sum over
pixels; exp of the entropy of the classes that the classifier names; the mean probability of the class that it names."""


@torch.no_grad()
def tested(model: Hierarchy, x: Float[Tensor, "n pixels"], seed: int) -> Float[np.ndarray, " nats"]:
    """Return -ELBO of test images, and the KL of every level, in nats."""
    log_p_x, kls = model(x, noise(seed, Stream.EVALUATION_NOISE, 0, (len(x), 1, sum(LATENTS))))
    return torch.stack([-elbo(log_p_x, kls).mean(), *kls.mean((1, 2))]).numpy()


class Judge:
    """Test images, and a network that was taught on training images to tell their classes."""

    def __init__(self, data: Dataset) -> None:
        self.network = trained_classifier(data.train, CLASSIFIER)
        self.test, train = (
            binary(split.images[:10_000], 0, Stream.EVALUATION_BINARIZE, index).flatten(1)
            for index, split in enumerate((data.test, data.train))
        )
        self.features = self.network.features(train)

    @torch.no_grad()
    def numbers(self, x: Float[Tensor, "n pixels"]) -> Float[np.ndarray, " 4"]:
        """Return NUMBERS of binary images."""
        p = torch.cat([self.network(part).softmax(1) for part in x.split(500)])
        share = torch.bincount(p.argmax(1), minlength=CLASSES) / len(x)
        classes = torch.special.entr(share).sum().exp()
        distance = frechet_distance(self.features, self.network.features(x))
        return np.array([distance, x.var(0).sum(), classes, p.amax(1).mean()])

    @torch.no_grad()
    def sampled(self, model: Hierarchy, temperature: float, seed: int) -> tuple[np.ndarray, UInt8[np.ndarray, "n h w"]]:
        """Return NUMBERS of samples at a temperature, and the mean images of the first; their noise never changes."""
        mean = model.generate(noise(seed, Stream.EVALUATION_NOISE, 1, (SAMPLES, sum(LATENTS))), temperature)
        levels = (mean.reshape(-1, 28, 28) * 255).round().byte().numpy()
        return self.numbers(binary(levels, seed, Stream.EVALUATION_BINARIZE, 2).flatten(1)), levels[:SHOWN]
