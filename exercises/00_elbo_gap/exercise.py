"""Cases of exercise 00: joints of few states, joints as small as those of images, and a q that rules states out."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

NAMES = {"log_evidence": "log p(x)", "elbo": "ELBO", "gap": "gap"}


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary cases of every function, tiny joints, a certain posterior and, where there is a q, zeros in it."""
    for part in NAMES:
        yield Case(part, *_inputs(rng, part, 7, 3, -3.0))
        yield Case(part, *_inputs(rng, part, 11, 5, -3.0))
        inputs, sizes = _inputs(rng, part, 5, 3, -700.0)
        inputs["log_joint"] += np.linspace(-400, 400, 5)[:, None]
        yield Case(part, inputs, sizes, "with log p(x, z) between -1100 and -300")
        if part != "log_evidence":
            inputs, sizes = _inputs(rng, part, 13, 7, -3.0)
            yield Case(part, {**inputs, "q": _with_zeros(inputs["q"])}, sizes, "where q is 0 for some states")
            inputs, sizes = _inputs(rng, part, 17, 11, -3.0)
            q = _with_small_ones(inputs["q"])
            inputs["log_joint"] -= np.where(q < 1e-2, 500, 0)
            yield Case(part, {**inputs, "q": q}, sizes, "where q is small for states that the posterior rules out")
        inputs, sizes = _inputs(rng, part, 1, 5, -100.0)
        inputs["log_joint"] -= rng.permutation([0.0, 3.0, 60.0, 900.0, 4500.0])
        yield Case(part, inputs, {"states": 5}, "with one image, whose posterior is 0 to a computer for some states")


def _inputs(
    rng: np.random.Generator, part: str, batch: int, states: int, level: float
) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    inputs = {"log_joint": rng.normal(level, 1.5, (batch, states))}
    if part != "log_evidence":
        inputs["q"] = rng.dirichlet(np.full(states, 2.0), batch)
    return inputs, {"batch size": batch, "states": states}


def _with_zeros(q: np.ndarray) -> np.ndarray:
    """Rule out two states of every second image, and all but one of the last image."""
    allowed = np.ones(q.shape)
    allowed[::2, :2] = 0
    allowed[-1, 1:] = 0
    allowed[-1, 0] = 1
    return q * allowed / (q * allowed).sum(axis=1, keepdims=True)


def _with_small_ones(q: np.ndarray) -> np.ndarray:
    """Leave every other state of an image a thousandth or less."""
    small = q * np.where(np.arange(q.shape[1]) % 2, 1e-3, 1)
    return small / small.sum(axis=1, keepdims=True)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the one number an image that the function gives."""
    return named(getattr(answer, case.part)(*case.inputs.values()), NAMES[case.part])
