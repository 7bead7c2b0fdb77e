"""The ELBO of a whole set of images, with sampled z."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from common.data.binarization import dynamic_binarization
from common.data.dataset import Images
from common.errors import InvalidArgument
from common.model import Model
from common.objective import Elbo
from common.streams import Stream, normal

IMAGES_AT_ONCE = 500


class EvaluationBatch(NamedTuple):
    """Some images of a set, binarised, and their number among the batches."""

    number: int
    x: np.ndarray


def evaluation_batches(images: Images, seed: int) -> Iterator[EvaluationBatch]:
    """Yield the set in order, a binary draw of every image: a pure function of the seed."""
    if len(images) == 0:
        raise InvalidArgument("images", "none", "at least one image")
    for index, start in enumerate(range(0, len(images), IMAGES_AT_ONCE)):
        chunk = images[start : start + IMAGES_AT_ONCE]
        yield EvaluationBatch(index, dynamic_binarization(chunk, seed, Stream.EVALUATION_BINARIZE, index))


def evaluate_elbo(model: Model, images: Images, seed: int) -> Elbo:
    """Estimate the mean ELBO over a set with one sampled z an image, never with z = mu.

    ``images`` are grey levels, binarised with the evaluation stream of ``seed``; an image of 0 and 255 stays as
    it is. Every image counts the same, in the last batch too. In nats per image.
    """
    total = np.zeros(3)
    for index, x in evaluation_batches(images, seed):
        eps = normal(seed, Stream.EVALUATION_NOISE, index, (len(x), model.latents))
        total += len(x) * np.array(model.elbo(x, eps))
    return Elbo(*map(float, total / len(images)))
