"""Cases of exercise 28: many images of a decoder whose pixels depend on z, and their averages."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from common.architecture import MLP
from common.model import Model, bind
from course.diagnosis import Case, Unusable
from course.diagnosis.agreement import Estimate
from numpy_impl import level

COUNT = 8000


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield decoders of different sizes, whose pixels depend strongly on z."""
    for image_shape, hidden, latents in (((1, 3, 5), 17, 3), ((3, 5, 1), 19, 5), ((1, 7, 3), 13, 2)):
        shapes = MLP(image_shape, hidden, latents).parameter_shapes()
        params = {name: rng.normal(0, 1.0, shape) / np.sqrt(np.prod(shape[1:])) for name, shape in shapes.items()}
        params["decoder.hidden.weight"] *= 2
        params["decoder.logits.weight"] *= 2
        params["decoder.logits.bias"] = rng.uniform(-1, 0.5, int(np.prod(image_shape)))
        params["encoder.mu.bias"] = rng.choice((-1.0, 1.0), latents) * rng.uniform(0.5, 1.5, latents)
        params["encoder.logvar.bias"] = rng.uniform(-3, -1, latents)
        _watch_the_tails(params)
        yield Case("generate", {"params": params, "image_shape": image_shape, "seed": (int(rng.integers(2**32)),)})


def _watch_the_tails(params: dict[str, np.ndarray]) -> None:
    """Let the first pixel be white where the first latent is beyond 1.75 on either side, and seldom elsewhere."""
    params["decoder.hidden.weight"][:2] = 0
    params["decoder.hidden.weight"][:2, 0] = 6, -6
    params["decoder.hidden.bias"][:2] = -6 * 1.75
    params["decoder.logits.weight"][0] = 0
    params["decoder.logits.weight"][:, :2] = 0
    params["decoder.logits.weight"][0, :2] = 4
    params["decoder.logits.bias"][0] = -2


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return averages over many images, of one call and across two, and two numbers that must be exact."""
    model = bind(level, case.inputs["params"], case.inputs["image_shape"])
    rng = np.random.default_rng(case.inputs["seed"])
    images, more = _images(answer, model, rng), _images(answer, model, rng)
    again = _images(answer, model, np.random.default_rng(case.inputs["seed"]))
    one, other = np.triu_indices(images.shape[1], 1)
    return {
        "numbers that are neither 0 nor 1": np.array(float(np.sum((images != 0) & (images != 1)))),
        "how often each pixel is 1": _estimate(images),
        "how often two pixels of an image are equal": _estimate(images[:, one] == images[:, other]),
        "how often a pixel is equal in two images of a call": _estimate(images[0::2] == images[1::2]),
        "how often a pixel is equal in two calls": _estimate(images == more),
        "numbers that change when the generator begins anew": np.array(float(np.sum(images != again))),
    }


def _images(answer: Any, model: Model, rng: np.random.Generator) -> np.ndarray:
    """Return generated images, flattened.

    Raises
    ------
    Unusable
        If they are no array of the right shape.
    """
    images, shape = answer.generate(model, COUNT, rng), (COUNT, *model.image_shape)
    if not isinstance(images, np.ndarray) or images.dtype.kind not in "fiub":
        raise Unusable(f"It returned a {type(images).__name__}; it must return an array of numbers.")
    if images.shape != shape:
        raise Unusable(f"It returned an array of shape {images.shape}; expected {shape}.")
    return images.reshape(COUNT, -1).astype(np.float64)


def _estimate(happened: np.ndarray) -> Estimate:
    """Return how often each column of independent rows of 0 and 1 is 1, with the standard error of that.

    The error is that of a slightly larger number of ones and zeros (Wilson 1927, with a bound of 6 standard errors), so
    that it is not too small where few ones were drawn by chance.
    """
    count, extra = len(happened), 6**2 / 2
    frequency = np.clip((happened.sum(axis=0) + extra) / (count + 2 * extra), 0, 1)
    return Estimate(happened.mean(axis=0), np.sqrt(frequency * (1 - frequency) / count))
