"""Cases of exercise 09: ordinary posteriors, very narrow and very wide ones, and no noise."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from course.diagnosis import Case, named

SIZES = ((7, 3), (3, 11), (5, 13))


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield the same kinds of posterior for both functions, and one without noise for the second."""
    for part in ("gaussian_kl", "reparameterize"):
        for batch, latents in SIZES:
            yield _case(part, rng, batch, latents)
        yield _case(part, rng, 3, 5, 12.0, situation="with logvar from -20 to 20")
        yield _case(part, rng, 1, 7, situation="with one image")
    yield _case("reparameterize", rng, 5, 7, noise=0.0, situation="with eps = 0")


def _case(
    part: str,
    rng: np.random.Generator,
    batch: int,
    latents: int,
    spread: float = 1.5,
    noise: float = 1.0,
    situation: str = "",
) -> Case:
    shape = (batch, latents)
    inputs = {
        "mu": rng.normal(0.4, 1.5, shape),
        "logvar": np.clip(rng.normal(-0.3, spread, shape), -20, 20),
    }
    if situation.startswith("with logvar"):
        inputs["logvar"][0, :2] = (-20.0, 20.0)
    if part == "reparameterize":
        inputs["eps"] = noise * rng.standard_normal(shape)
    inputs["dy" if part == "gaussian_kl" else "dz"] = rng.normal(0.3, 1.0, shape)
    return Case(part, inputs, {"batch size": batch, "latents": latents}, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the value, and what the pullback makes of the last input."""
    *arguments, cotangent = case.inputs.values()
    name = "KL" if case.part == "gaussian_kl" else "z"
    value, pullback = named(getattr(answer, case.part)(*arguments), name, "pullback").values()
    return {name: value, **named(pullback(cotangent), "dmu", "dlogvar")}
