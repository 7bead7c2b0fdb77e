"""Cases of exercise 07: ordinary numbers, zeros, very large numbers of both signs, and results close to 0."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, pulled

FEATURES = {"batch size": 7, "features": 3}
IMAGES = {"batch size": 5, "channels": 3, "height": 7, "width": 11}
LARGE = {"batch size": 11, "features": 5}
SMALL = {"batch size": 3, "features": 7}
ALMOST_LINEAR = "with x from 9 to 19"


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield features and images for every function, and the inputs where each of them is delicate."""
    for part in ("relu", "sigmoid", "softplus"):
        for sizes in (FEATURES, IMAGES):
            yield _case(part, rng.normal(0.2, 2.0, tuple(sizes.values())), rng, sizes)
        zeros = rng.integers(-1, 2, tuple(LARGE.values())) * 1.5
        zeros[0, :3] = (0.0, -1.5, 1.5)
        yield _case(part, zeros, rng, LARGE, "with zeros in x")
    for part in ("sigmoid", "softplus"):
        small = rng.uniform(-45, -44, tuple(SMALL.values()))
        yield _case(part, small, rng, SMALL, "with x near -45")
        large = rng.normal(0, 2.0, tuple(LARGE.values()))
        large[0, :2] = (1000.0, -1000.0)
        large[1:6, 2] = rng.choice([-1.0, 1.0], 5) * rng.uniform(720, 1000, 5)
        yield _case(part, large, rng, LARGE, "with numbers as large as 1000 in x")
        case = _case(part, large, rng, LARGE, "with float32 numbers as large as 1000 in x")
        case.inputs.update({name: array.astype(np.float32) for name, array in case.inputs.items()})
        yield case
    almost_linear = np.linspace(9, 19, 21).reshape(tuple(SMALL.values()))
    yield _case("softplus", rng.permuted(almost_linear) + rng.uniform(0, 0.1), rng, SMALL, ALMOST_LINEAR)


def _case(part: str, x: np.ndarray, rng: np.random.Generator, sizes: dict[str, int], situation: str = "") -> Case:
    return Case(part, {"x": x, "dy": rng.normal(0.3, 1.0, x.shape)}, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the value, and what the pullback makes of dy."""
    x = case.inputs["x"]
    y, pullback = named(getattr(answer, case.part)(x), "y", "pullback").values()
    above = {"y - x": _above(y, x)} if case.situation == ALMOST_LINEAR else {}
    return {"y": y, **above, **pulled(pullback, case.inputs["dy"], "dx")}


def _above(y: Any, x: np.ndarray) -> Any:
    """Return what softplus adds to a large x; float32 has no digits for it, and there it is taken for right."""
    if not isinstance(y, np.ndarray) or y.shape != x.shape:
        return y
    return np.log1p(np.exp(-x)) if np.array_equal(y, y.astype(np.float32)) else y - x
