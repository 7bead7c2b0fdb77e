"""Cases of exercise 24: single pairs and batches of them, and pairs that span no plane to turn in."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case

SIXTEENS = ((3, 2, 1, 1, 1), (1, 1, 1, 1), (3, 1, 1, 1, 1, 1, 1, 1), (2, 2, 2, 2), (4,), (2, 2, 2, 1, 1, 1, 1))
"""Squares that add up to a power of 4: such codes and their directions have no rounding errors."""


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield six cases a function, half of them special, and four where formula (2) is 0 / 0 or nearly so."""
    for part in ("linear_interpolation", "spherical_interpolation"):
        for pairs, latents, steps in ((7, 3, 5), (5, 11, 7), (3, 13, 11)):
            yield _case(rng, part, *_pairs(rng, pairs, latents), steps, {"pairs": pairs})
        yield _case(rng, part, *(codes[0] for codes in _pairs(rng, 2, 13)), 7, {}, "with a single pair")
        a, b = (codes.reshape(3, 5, 11) for codes in _pairs(rng, 15, 11))
        yield _case(rng, part, a, b, 7, {"rows of pairs": 3, "pairs in a row": 5}, "with two axes of pairs")
        yield _case(rng, part, *_pairs(rng, 5, 3), 7, {"pairs": 5}, "with weights below 0 and above 1", reach=0.6)
    yield _case(rng, part, *_parallel(rng), 7, {"pairs": 13}, "with parallel codes")
    yield _case(rng, part, *_pairs(rng, 7, 3, (0.001, 0.02)), 5, {"pairs": 7}, "with nearly parallel codes")
    yield _case(rng, part, *_opposite(rng), 5, {"pairs": 7}, "with opposite codes")
    a, b = _pairs(rng, 5, 3)
    a[1], b[3] = 0, 0
    yield _case(rng, part, a, b, 7, {"pairs": 5}, "with a code of zeros")


def _pairs(
    rng: np.random.Generator, count: int, latents: int, between: tuple[float, float] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw codes of unequal lengths, with angles over a range, or acute and obtuse ones by turns, far from parallel."""
    a, b = rng.normal(0, 1, (2, count, latents)) * rng.uniform(0.5, 2, (2, count, 1))
    along = (a * b).sum(axis=1, keepdims=True) / (a * a).sum(axis=1, keepdims=True) * a
    across = b - along
    a, across = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, across))
    angles = np.where(np.arange(count) % 2, rng.uniform(0.4, 1.3, count), rng.uniform(1.8, 2.7, count))
    angles = (angles if between is None else rng.permutation(np.geomspace(*between, count)))[:, None]
    lengths = rng.uniform(0.5, 4, (2, count, 1))
    return lengths[0] * a, lengths[1] * (np.cos(angles) * a + np.sin(angles) * across)


def _parallel(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return 13 pairs of which nine are parallel; the cosine of at least one of them is above 1 by rounding."""
    while True:
        a, b = _pairs(rng, 13, 5)
        b = np.where(np.arange(13)[:, None] % 3 < 2, a * rng.uniform(0.3, 3, (13, 1)), b)
        lengths = [np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b)]
        cosine = (a * b).sum(axis=1) / (lengths[0] * lengths[1])[:, 0]
        of_directions = (a / lengths[0] * (b / lengths[1])).sum(axis=1)
        if cosine.max() > 1 and of_directions.max() > 1:
            return a, b


def _opposite(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return seven pairs of which six are opposite, free of rounding errors, and one is not."""
    a, b = _pairs(rng, 7, 11)
    for pair, entries in enumerate(SIXTEENS):
        code = rng.permutation(np.pad(np.array(entries, np.float64), (0, 11 - len(entries))))
        code *= rng.choice([-1.0, 1.0], 11)
        a[pair], b[pair] = code * 2.0 ** -rng.integers(1, 4), code * -(2.0 ** -rng.integers(0, 3))
    return a, b


def _case(
    rng: np.random.Generator,
    part: str,
    a: Any,
    b: Any,
    steps: int,
    sizes: dict[str, int],
    situation: str = "",
    reach: float = 0.0,
) -> Case:
    """Add weights in no order and at no equal distance, 0 and 1 among them; two go beyond by up to ``reach``."""
    weights = np.concatenate([[0.0, 1.0], rng.uniform(0.05, 0.95, steps - 2)])
    if reach:
        weights[-2:] = rng.uniform(0.3, 1, 2) * reach * [-1, 1] + [0, 1]
    weights = rng.permutation(weights)
    return Case(
        part, {"a": a, "b": b, "weights": weights}, {**sizes, "latents": a.shape[-1], "steps": steps}, situation
    )


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the codes at weights 0 and 1, which a walk must not miss, and all on the way."""
    walk = getattr(answer, case.part)(*case.inputs.values())
    weights = case.inputs["weights"]
    has_steps = isinstance(walk, np.ndarray) and walk.ndim > 1 and walk.shape[-2] == len(weights)
    ends = walk[..., [np.flatnonzero(weights == end)[0] for end in (0, 1)], :] if has_steps else walk
    return {"codes at weights 0 and 1": ends, "walk": walk}
