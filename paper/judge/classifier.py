"""A judge of generated digits: a small convolutional network that was trained on real images and their labels.

A sample of a class-conditional model counts as right when this network, which never sees a generated image in
training, names the class that was asked for. Such a count means little without the network's own accuracy on real
test images, which stands beside it wherever it is used.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Adam

from common.data import Split
from common.data.batches import batch_indices
from common.data.binarization import dynamic_binarization
from common.errors import InvalidArgument
from common.streams import Stream, generator
from paper.kit.health import gradient_norm
from paper.kit.initial import draw_parameters
from paper.kit.place import Place
from paper.kit.precision import products, widened
from paper.kit.steps import descend, geometric

CLASSES = 10
LARGEST_SHIFT = 2
JUDGE_SEED = 0
"""Seed of the one network that judges all models and seeds of the comparison."""


@dataclass(frozen=True)
class Training:
    """Everything that decides the network: ``steps`` minibatches of M images; the step size falls geometrically."""

    data: str
    steps: int
    seed: int
    M: int = 100
    step_size: float = 2e-3
    final_step_size: float = 1e-4
    precision: str = "bfloat16"


class Classifier(nn.Module):
    """Two convolutions of stride 2 and two linear layers: the logits of ten classes."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.shape = (1, height, width)
        self.conv1 = nn.Conv2d(1, 32, 5, stride=2, padding=2)
        self.conv2 = nn.Conv2d(32, 64, 5, stride=2, padding=2)
        self.hidden = nn.Linear(64 * (height // 4) * (width // 4), 128)
        self.logits = nn.Linear(128, CLASSES)

    def forward(self, x: Float[Tensor, "batch pixels"]) -> Float[Tensor, "batch 10"]:
        """Return logits for pixels in [0, 1]."""
        return widened(self.logits(self.last_hidden(x)))

    def last_hidden(self, x: Float[Tensor, "batch pixels"]) -> Float[Tensor, "batch 128"]:
        """Return the hidden units that the logits are made of."""
        h = self.conv2(self.conv1(x.unflatten(1, self.shape)).relu()).relu()
        return self.hidden(h.flatten(1)).relu()

    @torch.no_grad()
    def name(self, x: Float[Tensor, "batch pixels"]) -> Int[Tensor, " batch"]:
        """Return the most probable class of each image."""
        return torch.cat([self(part).argmax(1) for part in x.split(500)])

    @torch.no_grad()
    def features(self, x: Float[Tensor, "batch pixels"]) -> Float[np.ndarray, "batch 128"]:
        """Return the last hidden units of each image, of which Frechet distances are measured."""
        return torch.cat([self.last_hidden(part) for part in x.split(500)]).cpu().double().numpy()


def trained_classifier(real: Split, training: Training, place: Place | None = None) -> Classifier:
    """Train on real images, or load what an earlier call has left in the place.

    Each image is binarised and shifted anew, by up to 2 pixels, whenever it is drawn: a Bernoulli decoder draws
    images of 0 and 1 too.

    Raises
    ------
    InvalidArgument
        If the images have no labels, or the place holds a classifier that was trained otherwise.
    """
    if real.labels is None:
        raise InvalidArgument("real", "images without labels", "a split with a label for every image")
    place = Place(training) if place is None else place.inside("classifier", training)
    model = Classifier(*real.images.shape[2:])
    draw_parameters(model, training.seed)
    model.to(place.device)
    optimizer = Adam(model.parameters(), training.step_size, fused=True)
    images, seed = real.images[:], training.seed
    with place.stage("classifier", training.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            chosen = batch_indices(seed, step, len(images), training.M)
            x = _shifted(dynamic_binarization(images[chosen], seed, Stream.BINARIZE, step), seed, step)
            y = torch.from_numpy(real.labels[chosen]).to(place.device)
            with products(training.precision, place.device):
                loss = F.cross_entropy(model(torch.from_numpy(x).flatten(1).to(place.device)), y)
            step_size = geometric(training.step_size, training.final_step_size, step / training.steps)
            descend(loss, optimizer, step_size)
            if stage.logs:
                stage.log(loss=loss, gradient_norm=gradient_norm(model))
    return model


def _shifted(images: np.ndarray, seed: int, step: int) -> np.ndarray:
    """Return float32 images, all shifted by the same few pixels; what leaves on one side comes in on the other."""
    shift = generator(seed, Stream.NOISE, step).integers(-LARGEST_SHIFT, LARGEST_SHIFT + 1, 2)
    return np.roll(images, tuple(shift), (2, 3)).astype(np.float32)
