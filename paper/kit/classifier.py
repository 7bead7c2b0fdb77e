"""A judge of generated digits: a small convolutional network that was trained on real images and their labels.

A sample of a class-conditional model counts as right when this network, which never sees a generated image in
training, names the class that was asked for. Such a count means little without the network's own accuracy on real
test images, which stands beside it wherever it is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from paper.kit.initial import draw_parameters
from paper.kit.precision import products, widened
from paper.kit.run import Run
from paper.kit.steps import geometric, set_step_size

CLASSES = 10
LARGEST_SHIFT = 2


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
        h = self.conv2(self.conv1(x.unflatten(1, self.shape)).relu()).relu()
        return widened(self.logits(self.hidden(h.flatten(1)).relu()))

    @torch.no_grad()
    def name(self, x: Float[Tensor, "batch pixels"]) -> Int[Tensor, " batch"]:
        """Return the most probable class of each image."""
        return torch.cat([self(part).argmax(1) for part in x.split(500)])


def trained_classifier(
    real: Split, training: Training, folder: Path | None = None, save_seconds: float = 60.0
) -> Classifier:
    """Train on real images, or load what an earlier call has left in ``folder``.

    Each image is binarised and shifted anew, by up to 2 pixels, whenever it is drawn: a Bernoulli decoder draws
    images of 0 and 1 too.

    Raises
    ------
    InvalidArgument
        If the images have no labels, or ``folder`` holds a classifier that was trained otherwise.
    """
    if real.labels is None:
        raise InvalidArgument("real", "images without labels", "a split with a label for every image")
    _, _, height, width = real.images.shape
    model = Classifier(height, width)
    draw_parameters(model, training.seed)
    optimizer = Adam(model.parameters(), training.step_size, fused=True)
    run = Run(training, model, optimizer, folder, save_seconds)
    for _ in run.keep(_train(model, optimizer, real.images[:], real.labels, training, run.step)):
        pass
    return model


def _train(
    model: Classifier, optimizer: Adam, images: np.ndarray, labels: np.ndarray, training: Training, first_step: int
) -> Iterator[dict[str, Any]]:
    for step in range(first_step, training.steps):
        chosen = batch_indices(training.seed, step, len(images), training.M)
        x = _shifted(dynamic_binarization(images[chosen], training.seed, Stream.BINARIZE, step), training.seed, step)
        with products(training.precision):
            loss = F.cross_entropy(model(torch.from_numpy(x).flatten(1)), torch.from_numpy(labels[chosen]))
        set_step_size(optimizer, geometric(training.step_size, training.final_step_size, step / training.steps))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield {"step": step + 1, "loss": loss.item()}


def _shifted(images: np.ndarray, seed: int, step: int) -> np.ndarray:
    """Return float32 images, all shifted by the same few pixels; what leaves on one side comes in on the other."""
    shift = generator(seed, Stream.NOISE, step).integers(-LARGEST_SHIFT, LARGEST_SHIFT + 1, 2)
    return np.roll(images, tuple(shift), (2, 3)).astype(np.float32)
