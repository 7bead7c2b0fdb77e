"""Cases of exercise 32: priors that are nearly sure, or not at all, and encoders that draw a code or name one."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

NAMES = {"cost_of_codes": "cost", "negative_bound": "-bound"}
AXES = ("batch size", "K", "height", "width")


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield grids that are not square, logits beyond what exp can do, and a q that rules codes out."""
    for shape in ((3, 11, 5, 7), (7, 5, 3, 2), (5, 3, 2, 13)):
        yield _cost(rng, shape)
    yield _cost(rng, (1, 7, 3, 5), "with one image")
    yield _cost(rng, (5, 7, 2, 3), "with equal logits", spread=0)
    yield _cost(rng, (3, 5, 7, 2), "with logits in the thousands", level=4000)
    yield _cost(rng, (3, 5, 2, 7), "with codes that are all but impossible", spread=1500)
    yield _cost(rng, (2, 7, 29, 31), "with so many places that p(codes) is 0 for a computer")
    for shape in ((3, 11, 5, 7), (7, 5, 3, 2), (5, 3, 2, 13)):
        yield _bound(rng, shape)
    yield _bound(rng, (1, 7, 3, 5), "with one image")
    yield _bound(rng, (3, 7, 5, 2), "with an encoder that names one code")
    yield _bound(rng, (5, 7, 2, 3), "where q is 0 for some codes")


def _cost(
    rng: np.random.Generator, shape: tuple[int, ...], situation: str = "", level: float = 3, spread: float = 1.5
) -> Case:
    batch, K, height, width = shape
    logits = rng.normal(0, spread, shape) + rng.uniform(-level, level, (batch, 1, height, width))
    return Case(
        "cost_of_codes",
        {"logits": logits, "codes": rng.integers(0, K, (batch, height, width))},
        {name: size for name, size in zip(AXES, shape, strict=True) if size > 1},
        situation,
    )


def _bound(rng: np.random.Generator, shape: tuple[int, ...], situation: str = "") -> Case:
    batch, K, height, width = shape
    q = rng.dirichlet(np.full(K, 0.7), (batch, height, width))
    if "names one" in situation:
        q = np.eye(K)[rng.integers(0, K, (batch, height, width))]
    if "q is 0" in situation:
        q[..., :2] = 0
        q /= q.sum(axis=-1, keepdims=True)
    inputs = {
        "distortion": rng.uniform(5, 40, batch),
        "cost": height * width * np.log(K) * rng.uniform(0.3, 1.3, batch),
        "q": np.ascontiguousarray(np.moveaxis(q, -1, 1)),
    }
    sizes = {name: size for name, size in zip(AXES, shape, strict=True) if size > 1}
    return Case("negative_bound", inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the one number an image that the function gives."""
    return named(getattr(answer, case.part)(*case.inputs.values()), NAMES[case.part])
