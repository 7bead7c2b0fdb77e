"""Cases of exercise 25: groups of unequal sizes, and strengths of both signs."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield four cases a function, the last of each at a border."""
    for with_it, without, latents in ((5, 23, 3), (17, 7, 11), (11, 29, 13)):
        yield _groups(rng, with_it, without, latents)
    yield _groups(rng, 1, 19, 5, "with a single code that has the attribute")
    for n, steps, latents in ((7, 5, 3), (3, 7, 11), (5, 3, 13)):
        yield _moves(rng, n, steps, latents)
    yield _moves(rng, 7, 1, 5, "with a single strength")


def _groups(rng: np.random.Generator, with_it: int, without: int, latents: int, situation: str = "") -> Case:
    """Draw codes around a mean far from 0 in no order; those with the attribute lie elsewhere on the whole."""
    has_attribute = rng.permutation(np.arange(with_it + without) < with_it)
    codes = rng.normal(0, 1, (with_it + without, latents)) * rng.uniform(0.5, 2, latents) + rng.normal(0, 2, latents)
    codes += has_attribute[:, None] * rng.normal(0, 2, latents)
    sizes = {"codes with the attribute": with_it, "codes without it": without, "latents": latents}
    sizes = {name: size for name, size in sizes.items() if size > 1}
    return Case("attribute_direction", {"codes": codes, "has_attribute": has_attribute}, sizes, situation)


def _moves(rng: np.random.Generator, n: int, steps: int, latents: int, situation: str = "") -> Case:
    """Draw strengths of both signs, in no order and at no equal distance."""
    strengths = rng.uniform(0.3, 3, steps) * np.where(np.arange(steps) % 2, 1, -1)
    inputs = {
        "codes": rng.normal(0, 1.5, (n, latents)),
        "direction": rng.normal(0.5, 1.5, latents),
        "strengths": rng.permutation(strengths),
    }
    sizes = {name: size for name, size in {"codes": n, "steps": steps, "latents": latents}.items() if size > 1}
    return Case("shift", inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the direction, or the moved codes."""
    name = "direction" if case.part == "attribute_direction" else "moved codes"
    return named(getattr(answer, case.part)(*case.inputs.values()), name)
