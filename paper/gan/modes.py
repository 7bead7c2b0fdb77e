"""Whether a generator makes all kinds of digits, by the classes that the course's classifier names."""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from common.data import Dataset
from paper.judge.classifier import CLASSES, Training, trained_classifier
from paper.judge.measures import measured
from paper.kit.draws import grey
from paper.kit.place import Place
from paper.kit.results import Quantity


def modes(
    samples: Float[Tensor, "n 1 h w"], dataset: Dataset, classifier: Training, place: Place
) -> Iterator[Quantity]:
    """Yield the shares of the rarest and the commonest class, of samples and of as many test images.

    A generator whose modes have collapsed makes some classes hardly ever.
    """
    judge = trained_classifier(dataset.train, classifier, place)
    sets = {"samples": samples, "test images": grey(dataset.test.images[: len(samples)], place.device)}
    for kind, images in sets.items():
        shares = 100 * torch.bincount(judge.name(images.flatten(1)), minlength=CLASSES) / len(images)
        yield measured(f"rarest class, {kind}, %", shares.min().item())
        yield measured(f"commonest class, {kind}, %", shares.max().item())
