"""Cases of exercise 50: images of several shapes at their own times, the first and the last one, and times outside."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, refused

OUTSIDE = {"with a time of 0": 0, "with a time of -1": -1, "with a time beyond T": 14}
SHAPES = ((7, (1, 3, 5)), (5, (2, 7, 3)), (3, (11,)))
"""Images n, and the shape of one."""


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield both functions at unequal sizes, and the situations in which they go wrong."""
    for (n, image), T in zip(SHAPES, (11, 13, 17), strict=True):
        yield _noised(rng, n, image, T, situation="" if len(image) == 3 else "with images that are vectors")
    yield _noised(rng, 1, (1, 5, 3), 7, situation="with one image")
    yield _noised(rng, 5, (1, 2, 3), 1, situation="with a chain of one step")
    yield _noised(rng, 3, (1, 2, 5), 7, np.array([1, 7, 1]), situation="with the first and the last time")
    yield _noised(rng, 2, (1, 3, 7), 5, np.array([3, 3]), situation="with equal times")
    yield _noised(rng, 7, (1, 3, 2), 1000, np.array([1, 500, 2, 1000, 10, 900, 100]), 0.02, "with a thousand steps")
    yield _noised(rng, 5, (3, 2), 13, scale=0.999, situation="with large betas, and images without channels")
    for situation, t in OUTSIDE.items():
        yield _noised(rng, 3, (1, 2, 5), 13, np.array([5, t, 2]), situation=situation)
    for n, image in SHAPES:
        yield _loss(rng, n, image)
    yield _loss(rng, 1, (1, 3, 5), situation="with one image")
    yield _loss(rng, 13, (2,), situation="with images that are vectors")
    yield _loss(rng, 5, (1, 3, 7), 1e-5, "with a nearly perfect prediction")
    yield _loss(rng, 3, (1, 5, 2), 1e5, "with a prediction far off")
    yield _loss(rng, 2, (3, 2, 7), situation="with two images")


def _noised(
    rng: np.random.Generator,
    n: int,
    image: tuple[int, ...],
    T: int,
    t: np.ndarray | None = None,
    scale: float = 0.6,
    situation: str = "",
) -> Case:
    inputs = {
        "x_0": rng.normal(0.4, 1.5, (n, *image)),
        "t": rng.permutation(T)[:n] + 1 if t is None and n <= T else np.ones(n, int) if t is None else t,
        "eps": rng.standard_normal((n, *image)),
        "betas": scale * rng.uniform(0.05, 1.0, T),
    }
    return Case("noised", inputs, {"n": n, "T": T, "pixels": int(np.prod(image))}, situation)


def _loss(rng: np.random.Generator, n: int, image: tuple[int, ...], off: float = 1.0, situation: str = "") -> Case:
    eps = rng.standard_normal((n, *image))
    inputs = {"predicted": eps + off * rng.normal(0.3, 1.2, (n, *image)), "eps": eps, "dy": rng.normal(0.5, 2)}
    return Case("noise_loss", inputs, {"n": n, "pixels": int(np.prod(image))}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the noisy images, or the loss and what its pullback makes of dy; or whether times are refused."""
    if case.situation in OUTSIDE:
        return refused(answer.noised, case.inputs.values(), "where a time is not from 1 to T")
    if case.part == "noised":
        return {"x_t": answer.noised(*case.inputs.values())}
    predicted, eps, dy = case.inputs.values()
    value, pullback = named(answer.noise_loss(predicted, eps), "loss", "pullback").values()
    return {"loss": value, **named(pullback(dy), "dpredicted")}
