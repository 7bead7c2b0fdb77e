"""Cases of exercise 28: many images of a decoder whose pixels depend on z, and their averages."""

from collections.abc import Iterator
from typing import Any

import numpy as np

import numpy_impl as level
from common.architecture import MLP
from common.model import Model, bind
from course.diagnosis import Case, Unusable
from course.diagnosis.agreement import Estimate

COUNT, MORE = 8000, 2000
"""Images of a long call, and of the one after it."""

FEW = (1, 37, 1001)
"""Images of short calls: no multiples of any chunk."""

FAR, PLAIN, RARE = 2.1, 0.3, 0.05
CERTAIN = "how often a pixel of probability 0 is 1, or one is 0 that every z but 0 makes 1, in calls of {} images"


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
        _watch_the_coins(params)
        _watch_what_is_certain(params)
        yield Case("generate", {"params": params, "image_shape": image_shape, "seed": (int(rng.integers(2**32)),)})


def _watch_the_tails(params: dict[str, np.ndarray]) -> None:
    """Let the first pixel be white where the first latent is beyond FAR on either side, and seldom elsewhere."""
    params["decoder.hidden.weight"][:2] = 0
    params["decoder.hidden.weight"][:2, 0] = 40, -40
    params["decoder.hidden.bias"][:2] = -40 * FAR
    params["decoder.logits.weight"][0] = 0
    params["decoder.logits.weight"][:, :2] = 0
    params["decoder.logits.weight"][0, :2] = 4
    params["decoder.logits.bias"][0] = -5


def _watch_the_coins(params: dict[str, np.ndarray]) -> None:
    """Let the second pixel have the probability PLAIN for every z, and the third the probability RARE."""
    params["decoder.logits.weight"][1:3] = 0
    params["decoder.logits.bias"][1:3] = np.log(PLAIN / (1 - PLAIN)), np.log(RARE / (1 - RARE))


def _watch_what_is_certain(params: dict[str, np.ndarray]) -> None:
    """Let the fourth pixel be white for every z but 0, and the fifth black: no image may be left as it was made."""
    params["decoder.hidden.weight"][2:4] = 0
    params["decoder.hidden.weight"][2:4, 0] = 1e12, -1e12
    params["decoder.hidden.bias"][2:4] = 0
    params["decoder.logits.weight"][3:5] = 0
    params["decoder.logits.weight"][:, 2:4] = 0
    params["decoder.logits.weight"][3, 2:4] = 1
    params["decoder.logits.bias"][3:5] = -40


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return averages over many images, of one call and across two, and two shares that must be 0.

    Three pixels come first: they tell a wrong draw of the pixels from a wrong z.
    """
    model = bind(level, case.inputs["params"], case.inputs["image_shape"])
    few, again = (_few_images(answer, model, np.random.default_rng(case.inputs["seed"])) for _ in range(2))
    rng = np.random.default_rng(case.inputs["seed"])
    images, more = _images(answer, model, rng, COUNT), _images(answer, model, rng, MORE)
    pairs = np.triu_indices(images.shape[1], 1)
    signs = 2 * images - 1
    return {
        "share of numbers that are neither 0 nor 1": _exact(np.mean((images != 0) & (images != 1))),
        f"how often a pixel is 1 whose probability is {PLAIN} for every z": _estimate(images[:, 1].mean()),
        f"how often a pixel is 1 whose probability is {RARE} for every z": _estimate(images[:, 2].mean()),
        f"how often a pixel is 1 that is white only where a latent is beyond +-{FAR}": _estimate(images[:, 0].mean()),
        "how often each pixel is 1": _estimate(images.mean(axis=0)),
        "how often two pixels of an image are equal": _estimate((1 + signs.T @ signs / COUNT)[pairs] / 2),
        "how often a pixel is equal in two images of a call": _estimate(_equal(images[0::2], images[1::2]), COUNT // 2),
        "how often a pixel is equal in two images half a call apart": _estimate(
            _equal(images[: COUNT // 2], images[COUNT // 2 :]), COUNT // 2
        ),
        "how often a pixel is equal in two calls": _estimate(_equal(images[:MORE], more), MORE),
        CERTAIN.format(", ".join(map(str, FEW))): _exact(np.mean(few[:, 3:5] != (1, 0))),
        "share of numbers that change when the generator begins anew": _exact(np.mean(few != again)),
    }


def _images(answer: Any, model: Model, rng: np.random.Generator, count: int) -> np.ndarray:
    """Return generated images, flattened.

    Raises
    ------
    Unusable
        If they are no array of the right shape.
    """
    images, shape = answer.generate(model, count, rng), (count, *model.image_shape)
    if not isinstance(images, np.ndarray) or images.dtype.kind not in "fiub":
        raise Unusable(f"It returned a {type(images).__name__}; it must return an array of numbers.")
    if images.shape != shape:
        raise Unusable(f"For {count} images it returned an array of shape {images.shape}; expected {shape}.")
    return images.reshape(count, -1).astype(np.float64)


def _few_images(answer: Any, model: Model, rng: np.random.Generator) -> np.ndarray:
    """Return the images of some short calls, one of them of a single image."""
    return np.concatenate([_images(answer, model, rng, count) for count in FEW])


def _equal(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.mean(one == other, axis=0)


def _exact(share: np.floating) -> Estimate:
    return Estimate(np.asarray(share), np.zeros(()))


def _estimate(frequency: np.ndarray, count: int = COUNT) -> Estimate:
    """Return how often something happened in so many independent draws, with the standard error of that.

    The error is that of a frequency moved a little towards 1/2 (Wilson 1927, with a bound of 6 standard errors), so
    that it is not too small where few ones were drawn by chance.
    """
    extra = 6**2 / 2
    moved = np.clip((frequency * count + extra) / (count + 2 * extra), 0, 1)
    return Estimate(frequency, np.sqrt(moved * (1 - moved) / count))
