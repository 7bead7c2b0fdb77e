"""Cases of exercise 20: a KL above and below the capacity, and steps before and after the end of the rise."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named, pulled

CAPACITIES = ((7, 3, 1.4, ""), (5, 11, 0.5, ""), (3, 13, 1.2, ""), (11, 5, 0.0, "with capacity 0"))
PARTS_OF_RISE = ((0.1, 0.5, ""), (0.5, 0.9, ""), (0.0, 0.0, "at the first step"))


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield batches whose mean KL lies on either side of the capacity, and steps on the way up and after it.

    The KL of some images lies on the other side of the capacity than the mean does.
    """
    for batch, latents, factor, situation in CAPACITIES:
        kl = rng.gamma(1.0, 1.5, (batch, latents)) * np.linspace(0.2, 1.8, batch)[:, None]
        capacity = float(factor * kl.sum(axis=1).mean())
        inputs = {"kl": kl, "capacity": capacity, "dy": float(rng.choice((-1, 1)) * rng.uniform(2, 5))}
        yield Case("distance_to_capacity", inputs, {"batch size": batch, "latents": latents}, situation)
    alone = {"kl": rng.uniform(0.5, 3, (1, 1)), "capacity": 0.01, "dy": -1.7}
    yield Case("distance_to_capacity", alone, situation="with one image and one latent")
    for low, high, situation in PARTS_OF_RISE:
        steps = int(rng.integers(200, 5000))
        yield _rise(rng, int(rng.uniform(low, high) * steps), steps, situation)
    steps = int(rng.integers(11, 97))
    yield _rise(rng, int(rng.uniform(0.3, 0.9) * steps), steps, "", float(rng.uniform(2, 5) * steps))
    for late, situation in ((1.0, "at the last step of the rise"), (2.6, "after the rise")):
        steps = int(rng.integers(200, 5000))
        yield _rise(rng, int(late * steps), steps, situation)


def _rise(rng: np.random.Generator, step: int, steps: int, situation: str, largest: float = 0.0) -> Case:
    """Make a case; without a ``largest`` it is drawn, and smaller than most steps."""
    largest = largest or float(rng.uniform(5, 50))
    return Case("capacity_at", {"step": step, "steps": steps, "largest": largest}, {}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the distance and its gradient, or the capacity."""
    if case.part == "capacity_at":
        return named(answer.capacity_at(*case.inputs.values()), "C")
    value = answer.distance_to_capacity(case.inputs["kl"], case.inputs["capacity"])
    outputs = named(value, "distance", "pullback")
    return {"distance": outputs["distance"], **pulled(outputs["pullback"], case.inputs["dy"], "dkl")}
