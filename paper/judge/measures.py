"""What every model of the comparison is measured by, as rows of a result.

The data of all is MNIST with pixels of 0 and 1, drawn with their grey levels as probabilities. A model of grey levels
has its samples made binary in the same way, so that one measure fits all. The features are those of the course's
classifier.
"""

from collections.abc import Callable, Iterator
from time import process_time
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from common.data import Dataset
from common.metrics import frechet_distance, precision_and_recall
from common.streams import Stream
from paper.judge.classifier import Classifier, Training, trained_classifier
from paper.kit.draws import binary, spaced
from paper.kit.place import Place
from paper.kit.results import Quantity

NO_NUMBER = "measured by the course alone"
K = 3
"""Neighbours that decide the radius about a real or generated image, as in Kynkaanniemi et al. 2019."""

Outcome = TypeVar("Outcome")
Pixels = Float[Tensor, "_n 1 height width"]


class ProcessorTime:
    """Processor seconds, with those of earlier processes of the same run: a part that a stage keeps."""

    def __init__(self) -> None:
        self.earlier, self._started = 0.0, process_time()

    @property
    def seconds(self) -> float:
        """The time up to now."""
        return self.earlier + process_time() - self._started

    def state_dict(self) -> dict[str, float]:
        """Return the time up to now, by name."""
        return {"seconds": self.seconds}

    def load_state_dict(self, state_dict: dict[str, float]) -> None:
        """Go on from a time."""
        self.earlier, self._started = state_dict["seconds"], process_time()


def measured(name: str, value: float, standard_error: float | None = None) -> Quantity:
    """Return a number of ours that stands beside no paper's."""
    return Quantity(name, float(value), no_paper_value=NO_NUMBER, standard_error=standard_error)


def timed(act: Callable[[], Outcome]) -> tuple[Outcome, float]:
    """Return what an action returns, and the processor seconds that it took."""
    started = process_time()
    outcome = act()
    return outcome, process_time() - started


def costs(networks: nn.Module, training: float, samples: float, codes: float | None = None) -> Iterator[Quantity]:
    """Yield the size of all that training moves, and processor seconds.

    ``training`` are those of all steps, ``samples`` those of drawing a thousand images, ``codes`` those of encoding a
    thousand, where the model has codes.
    """
    yield measured("processor seconds of training", training)
    yield measured("parameters", sum(one.numel() for one in networks.parameters() if one.requires_grad))
    yield measured("processor seconds of 1,000 samples", samples)
    if codes is not None:
        yield measured("processor seconds of encoding 1,000 images", codes)


def quality(samples: Pixels, dataset: Dataset, classifier: Training, place: Place) -> Iterator[Quantity]:
    """Yield the Frechet distance, precision and recall of samples in [0, 1], and of as many real training images.

    All are of 0 and 1 when they are measured, and compared with as many test images. Real images are taken from all
    parts of their set, since neighbours in it may be of one hand. Training images are the floor of the distance, and
    the best that precision and recall can be expected to be.
    """
    judge = trained_classifier(dataset.train, classifier, place)
    count, seed = len(samples), classifier.seed
    sets = {"samples": _grey_levels(samples), "training images": spaced(dataset.train.images[:], count)}
    real = _features(judge, spaced(dataset.test.images[:], count), seed, 2**33, place.device)
    for index, (kind, images) in enumerate(sets.items()):
        found = _features(judge, images, seed, 2**34 + index * count, place.device)
        precision, recall = precision_and_recall(real, found, K)
        yield measured(f"Frechet distance to test images, {kind}", frechet_distance(real, found))
        yield measured(f"precision, {kind}", precision)
        yield measured(f"recall, {kind}", recall)


def _features(
    judge: Classifier, images: np.ndarray, seed: int, index: int, device: torch.device
) -> Float[np.ndarray, "n F"]:
    return judge.features(binary(images, seed, Stream.EVALUATION_BINARIZE, index, device).flatten(1))


def _grey_levels(samples: Pixels) -> np.ndarray:
    return (samples.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
