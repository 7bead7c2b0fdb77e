"""The ELBO of a whole set of images, with sampled z."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from common.data.dataset import Images
from common.errors import InvalidArgument
from common.model import Model
from common.objective import Elbo
from common.pixels import PIXELS, Pixels
from common.streams import Stream, normal

IMAGES_AT_ONCE = 500


class EvaluationBatch(NamedTuple):
    """Some images of a set, their pixels drawn, and their number among the batches."""

    number: int
    x: np.ndarray


def evaluation_batches(images: Images, seed: int, pixels: Pixels = PIXELS["bernoulli"]) -> Iterator[EvaluationBatch]:
    """Yield the set in order, the pixels of every image drawn as a likelihood takes them: a function of the seed."""
    if len(images) == 0:
        raise InvalidArgument("images", "none", "at least one image")
    for index, start in enumerate(range(0, len(images), IMAGES_AT_ONCE)):
        chunk = images[start : start + IMAGES_AT_ONCE]
        yield EvaluationBatch(index, pixels.draw(chunk, seed, Stream.EVALUATION_BINARIZE, index))


def evaluate_elbo(model: Model, images: Images, seed: int) -> Elbo:
    """Estimate the mean ELBO over a set with one sampled z an image, never with z = mu.

    ``images`` are grey levels; the pixels are drawn with the evaluation stream of ``seed``. Every image counts the
    same, in the last batch too. In nats per image.
    """
    total = np.zeros(3)
    for index, x in evaluation_batches(images, seed, model.pixels):
        eps = normal(seed, Stream.EVALUATION_NOISE, index, (len(x), model.latents))
        total += len(x) * np.array(model.elbo(x, eps))
    return Elbo(*map(float, total / len(images)))
