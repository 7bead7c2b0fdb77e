"""What the page is told of trained models and of their images: JSON, with arrays in base64."""

from base64 import b64encode
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from common.data import Split
from common.initial import Parameters
from common.level import open_level
from common.likelihood import likelihood_of
from common.metrics.bound import IMAGES_AT_ONCE, evaluate_elbo, evaluation_batches
from common.model import Model, bind
from common.streams import Stream, normal
from common.training.plan import BetaPlan, TrainingPlan
from course.evaluation import Evaluation, evaluate, posterior
from course.explorer.density import log_ratio, plane_of, share_in_holes
from course.invocation import as_word, near
from course.lesson.sources import ROOT
from course.running.datasets import first_images
from course.running.trained import Trained

REACH, SIDE = 4.0, 64
"""The plane is shown from -REACH to REACH, its density on SIDE x SIDE places."""

CODES, CODE_BYTES = 1500, 1_000_000
"""So many training images, at most, stand for all in q(z), fewer where their codes would take more than these bytes."""

IMAGE_BYTES = 400_000
"""Test images are shown from the first, as many as fit."""

PARAMETER_BYTES = 4_000_000
"""What single precision may take; a larger model is stored in 20 bits, and the page says what that changes."""

TYPES = {"f2": np.float16, "f4": np.float32}
HALF_RANGE = 2**19 - 1


def packed(array: np.ndarray, kind: str) -> dict[str, Any]:
    """Return an array as the page reads it: its shape, the type of its numbers, and the numbers, little end first.

    The type ``bit`` holds eight pixels of 0 or 1 in a byte, the first in the highest place; ``q20`` two whole numbers
    of 20 bits in five bytes, from 0 for minus ``scale`` to 2 HALF_RANGE for plus ``scale``.
    """
    made = {"shape": list(array.shape), "type": kind}
    if kind == "bit":
        content = np.packbits(array.astype(bool)).tobytes()
    elif kind == "q20":
        content, made["scale"] = _in_20_bits(array), _scale(array)
    else:
        content = array.astype(np.dtype(TYPES[kind]).newbyteorder("<")).tobytes()
    return {**made, "data": b64encode(content).decode()}


def as_read(array: np.ndarray, kind: str) -> np.ndarray:
    """Return the numbers that the page reads in a packed array."""
    if kind == "q20":
        return ((_whole(array) - HALF_RANGE) * (_scale(array) / HALF_RANGE)).astype(np.float32)
    return array.astype(TYPES[kind]).astype(np.float32)


def images_of(trained: Trained) -> dict[str, Any]:
    """Return the first test images with pixels as `vae evaluate` draws them, and their labels if there are any."""
    test = shown(trained)
    x = _drawn(trained.model, test, trained.seed)
    kind = "bit" if likelihood_of(trained.checkpoint.state.parameters) == "bernoulli" else "f4"
    return {"data": trained.checkpoint.plan.data, "x": packed(x, kind), "labels": _listed(test.labels)}


def shown(trained: Trained) -> Split:
    """Return the test images that the page shows."""
    test, plan = trained.dataset.test, trained.checkpoint.plan
    pixels = prod(plan.architecture.image_shape)
    an_image = pixels / 8 if plan.architecture.likelihood == "bernoulli" else 4 * pixels
    return first_images(test, int(min(len(test), IMAGES_AT_ONCE, max(1, IMAGE_BYTES // an_image))))


def model_of(trained: Trained, name: str) -> dict[str, Any]:
    """Return all that the page is told of a model, which has this name in the address."""
    model, plan, test = trained.model, trained.checkpoint.plan, shown(trained)
    parameters = trained.checkpoint.state.parameters
    kind = precision_for(parameters)
    count = min(len(trained.dataset.train), CODES, max(1, CODE_BYTES // (8 * model.latents)))
    train = first_images(trained.dataset.train, count)
    mu, logvar = posterior(model, train.images, trained.seed)
    return {
        "name": name,
        "command": command_for(trained),
        "architecture": plan.architecture.kind,
        "imageShape": list(plan.architecture.image_shape),
        "hidden": plan.architecture.hidden,
        "latents": model.latents,
        "likelihood": plan.architecture.likelihood,
        "beta": _constant_beta(plan),
        "trained": {"level": trained.checkpoint.level, "step": trained.checkpoint.state.step, "data": plan.data},
        "params": {key: packed(value, kind) for key, value in parameters.items()},
        "rounding": rounding(parameters, kind, test, trained.seed, plan.architecture.image_shape),
        "eps": packed(normal(trained.seed, Stream.EVALUATION_NOISE, 0, (len(test), model.latents)), "f4"),
        "evaluation": _figures(evaluate(model, test.images, trained.seed)),
        "codes": _codes(mu, logvar, train.labels),
        "holes": share_in_holes(mu, logvar, trained.seed),
        "logRatio": packed(log_ratio(plane_of(REACH, SIDE), mu, logvar).clip(-50, 50).reshape(SIDE, SIDE), "f2")
        if model.latents == 2
        else None,
    }


def command_for(trained: Trained) -> str:
    """Return the command that measures the model on the images of the page."""
    path = near(trained.path.relative_to(ROOT) if trained.path.is_relative_to(ROOT) else trained.path)
    count, there = len(shown(trained)), len(trained.dataset.test)
    return f"vae evaluate {as_word(path)}" + (f" --images {count}" if count < there else "")


def precision_for(parameters: Parameters) -> str:
    """Return in which type parameters are stored: half where that loses nothing, 20 bits where single is too much."""
    with np.errstate(over="ignore"):
        if all((as_read(value, "f2") == value).all() for value in parameters.values()):
            return "f2"
    return "q20" if 4 * sum(value.size for value in parameters.values()) > PARAMETER_BYTES else "f4"


def rounding(
    parameters: Parameters, kind: str, test: Split, seed: int, image_shape: tuple[int, int, int]
) -> float | None:
    """Return by how many nats 20 bits a parameter move the ELBO of a test image at most; None in another type."""
    if kind != "q20":
        return None
    rounded = {name: as_read(value, kind) for name, value in parameters.items()}
    one, other = (bind(open_level("numpy"), each, image_shape) for each in (parameters, rounded))
    images = [test.images[number : number + 1] for number in range(min(10, len(test)))]
    return max(abs(evaluate_elbo(one, x, seed).elbo - evaluate_elbo(other, x, seed).elbo) for x in images)


def _scale(array: np.ndarray) -> float:
    return float(np.abs(array).max()) or 1.0


def _whole(array: np.ndarray) -> np.ndarray:
    return np.rint(array.astype(np.float64) * (HALF_RANGE / _scale(array))).astype(np.int64) + HALF_RANGE


def _in_20_bits(array: np.ndarray) -> bytes:
    whole = _whole(array).ravel()
    first, second = np.pad(whole, (0, whole.size % 2)).reshape(-1, 2).T
    return (first << 20 | second).astype(">i8").view(np.uint8).reshape(-1, 8)[:, 3:].tobytes()


def _drawn(model: Model, split: Split, seed: int) -> np.ndarray:
    return np.concatenate([batch.x for batch in evaluation_batches(split.images, seed, model.pixels)])


def _codes(mu: np.ndarray, logvar: np.ndarray, labels: np.ndarray | None) -> Mapping[str, Any]:
    return {
        "mu": packed(mu, "f4"),
        "logvar": packed(logvar, "f4"),
        "labels": _listed(labels),
    }


def _listed(labels: np.ndarray | None) -> list[int] | None:
    return None if labels is None else labels.tolist()


def _constant_beta(plan: TrainingPlan) -> float | None:
    """Return the weight of the KL, where there was one and the same all along."""
    if not isinstance(plan.objective, BetaPlan):
        return None
    betas = {value for _, value in plan.objective.beta}
    return betas.pop() if len(betas) == 1 else None


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "images": evaluation.images,
        "negativeElbo": evaluation.negative_elbo,
        "reconstruction": evaluation.reconstruction,
        "kl": evaluation.kl,
        "activeUnits": evaluation.active_units,
    }
