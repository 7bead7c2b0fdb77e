"""Cases of exercise 23: clouds of codes far from the origin, and grids of odd and even sides."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

CLEAR = 0.02


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield six clouds, one of them on a plane already, and six grids."""
    for n, latents in ((31, 5), (47, 3), (23, 7), (59, 11), (37, 13)):
        yield _cloud(rng, n, latents)
    yield _cloud(rng, 29, 2, "with two latents")
    for side in (3, 7, 11, 5):
        yield _grid(rng, side)
    yield _grid(rng, 6, "with an even side")
    yield _grid(rng, 2, "with two values on a side")


def _cloud(rng: np.random.Generator, n: int, latents: int, situation: str = "") -> Case:
    """Draw codes whose variances along their own directions are 3 to 1, then again, and so on."""
    directions = _directions(rng, latents)
    spread = 4.0 * 0.6 ** np.arange(latents) * rng.uniform(0.95, 1.05, latents)
    standard = rng.normal(0, 1, (n, latents))
    standard = np.linalg.qr(standard - standard.mean(axis=0))[0] * np.sqrt(n)
    codes = standard * spread @ directions.T + rng.normal(0, 2, latents)
    sizes = {name: size for name, size in {"number of codes": n, "latents": latents}.items() if size > 2}
    return Case("principal_components", {"codes": codes}, sizes, situation)


def _directions(rng: np.random.Generator, latents: int) -> np.ndarray:
    """Draw directions askew to the latents, whose signs are clear but not those of an easier rule.

    In the first two, the largest entry is larger than the next by far more than rounding. With three latents or more,
    the sum of the first has another sign than its largest entry, and so has the first entry of the second.
    """
    while True:
        directions, _ = np.linalg.qr(rng.normal(0, 1, (latents, latents)))
        first, second = directions[:, :2].T
        gaps = [np.subtract(*np.sort(np.abs(axis))[[-1, -2]]) for axis in (first, second)]
        signs = [np.sign(axis[np.abs(axis).argmax()]) for axis in (first, second)]
        easy = first.sum() * signs[0] > 0 or second[0] * signs[1] > 0
        if min(gaps) > CLEAR and (latents == 2 or not easy):
            return directions


def _grid(rng: np.random.Generator, side: int, situation: str = "") -> Case:
    inputs = {"side": side, "coverage": float(rng.uniform(0.4, 0.98))}
    return Case("manifold_grid", inputs, {"side": side} if side % 2 else {}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the projection, also without its signs, or the values and codes of the grid."""
    result = getattr(answer, case.part)(*case.inputs.values())
    if case.part == "principal_components":
        signless = np.abs(result) if isinstance(result, np.ndarray) else result
        return {"projection without signs": signless, "projection": result}
    outputs = named(result, "codes", "values")
    return {"values": outputs["values"], "codes": outputs["codes"]}
