"""Cases of exercise 49: clouds that overlap in part, several k, points that repeat, and points on a surface."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from course.diagnosis import Case, named

SIZES = ((29, 37, 2), (41, 31, 3), (23, 47, 5))
"""Real points n, generated points m, and features."""

CLEAR = 1e-4
"""No distance is nearer to a radius, relative to it, except where both are whole numbers."""


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield clouds of which a part lies in the other, and the borders."""
    for sizes, k in zip(SIZES, (1, 3, 5), strict=True):
        yield _covered(*_clouds(rng, *sizes, (k,)), k)
    yield _covered(*_clouds(rng, 43, 13, 1, (2,)), 2, "with a single feature")
    yield _covered(*_clouds(rng, 7, 11, 2, (6,)), 6, "with as many neighbours as there are other centres")
    for k in (1, 2):
        yield _covered(*_on_a_line(rng), k, "with points on the surface of a ball")
    yield _covered(*_repeated(rng), 2, "with points that occur several times")
    for sizes, ks in zip(SIZES[:2], ((1, 3, 5), (2, 7)), strict=True):
        yield _both(*_clouds(rng, *sizes, ks), ks)
    yield _both(*_clouds(rng, 31, 19, 3, (3,)), (), "with k left out")
    yield _both(*_clouds(rng, 37, 23, 2, (1, 3), shift=2.5), (1, 3), "with clouds that hardly meet")
    real, _ = _clouds(rng, 41, 53, 3, (2, 5))
    yield _both(real, _one_mode(rng, real, 53), (2, 5), "with samples that are all alike")


def _clouds(
    rng: np.random.Generator, n: int, m: int, features: int, ks: tuple[int, ...], shift: float = 1.5
) -> tuple[np.ndarray, np.ndarray]:
    """Draw two clouds, a part of either in the other, in which rounding decides nothing for any of these k."""
    while True:
        sides = rng.choice([-1, 1], features)
        real = rng.standard_normal((n, features)) * rng.uniform(0.3, 2, (n, 1)) + 4
        generated = rng.standard_normal((m, features)) * rng.uniform(0.3, 2, (m, 1)) + 4 + shift * sides
        if all(_is_clear(real, generated, k) and _is_clear(generated, real, k) for k in ks):
            return real, generated


def _is_clear(centres: np.ndarray, points: np.ndarray, k: int) -> bool:
    radii = np.sort(cdist(centres, centres), axis=1)[:, k]
    return bool((np.abs(cdist(points, centres) - radii) > CLEAR * radii).all())


def _one_mode(rng: np.random.Generator, real: np.ndarray, m: int) -> np.ndarray:
    """Draw points close to a single real one."""
    while True:
        generated = real[5] + rng.normal(0, 0.05, (m, real.shape[1]))
        if all(_is_clear(real, generated, k) and _is_clear(generated, real, k) for k in (2, 5)):
            return generated


def _on_a_line(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw whole numbers along one axis: all distances are whole, and many equal a radius."""
    places = rng.permutation(np.arange(0, 90, 3))
    real, generated = (np.stack([one, np.full(len(one), 5)], 1) for one in (places[:13], places[13:]))
    return real.astype(np.float64), generated.astype(np.float64)


def _repeated(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw whole numbers of which one, far from all others, occurs so often that its ball has no size."""
    real, generated = _on_a_line(rng)
    real[:3, 0], generated[:2, 0] = -300, (-300, -310)
    real[3:5] = real[3]
    return rng.permutation(real), rng.permutation(generated)


def _covered(real: np.ndarray, generated: np.ndarray, k: int, situation: str = "") -> Case:
    sizes = {"points": len(generated), "centres": len(real), "features": real.shape[1], "k": k}
    return Case("covered", {"points": generated, "centres": real, "k": k}, sizes, situation)


def _both(real: np.ndarray, generated: np.ndarray, ks: tuple[int, ...], situation: str = "") -> Case:
    sizes = {"n": len(real), "m": len(generated), "features": real.shape[1]}
    inputs = {"real": real, "generated": generated, "k": np.array(ks, np.int64)}
    return Case("precision_and_recall", inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return truth values, or precision and recall at every k, or at the k that is taken where none is said."""
    one, other, k = case.inputs.values()
    if case.part == "covered":
        return {"covered": answer.covered(one, other, k)}
    calls = [(int(number),) for number in k] or [()]
    found = [named(answer.precision_and_recall(one, other, *given), "precision", "recall") for given in calls]
    return {name: _together([row[name] for row in found]) for name in ("precision", "recall")}


def _together(values: list[Any]) -> Any:
    """Return numbers as one array; where one is no number, that one alone, which the checker then speaks of."""
    odd = [one for one in values if one is None or np.shape(one) != ()]
    return odd[0] if odd else np.array(values)
