"""Cases of exercise 29: the loss of a random network and all its gradients."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import numpy as np

from common.architecture import MLP
from common.likelihood import NOISE
from common.objective import BetaObjective, CapacityObjective
from course.diagnosis import Case, Unusable, named

GAUSSIAN = "with a Gaussian likelihood, which learns its sigma"
CALLED_AGAIN = ("decoder.logits.bias", "encoder.logvar.bias", "encoder.mu.bias")


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield batches of unequal sizes with other betas, with free bits, a capacity and a Gaussian likelihood.

    dloss is negative in some and positive in others.
    """
    yield _case(rng, 7, (1, 3, 5), 13, 17, -1, beta=float(rng.uniform(2, 5)))
    yield _case(rng, 11, (3, 5, 7), 17, 13, 1, beta=float(rng.uniform(0.1, 0.6)))
    yield _case(rng, 5, (1, 11, 3), 7, 19, -1, beta=float(rng.uniform(2, 5)))
    yield _case(rng, 3, (1, 7, 5), 11, 13, -1, "with free bits", beta=1.0, free_bits=1.5)
    yield _case(rng, 5, (1, 3, 7), 13, 11, 1, "with a capacity", capacity=300.0, gamma=float(rng.uniform(2, 5)))
    yield _case(rng, 7, (1, 5, 3), 17, 11, 1, GAUSSIAN, beta=float(rng.uniform(2, 5)))


def _case(
    rng: np.random.Generator,
    batch: int,
    image_shape: tuple[int, int, int],
    hidden: int,
    latents: int,
    sign: int,
    situation: str = "",
    **objective: float,
) -> Case:
    shapes = MLP(image_shape, hidden, latents).parameter_shapes()
    params = {name: rng.normal(0, 1.5, shape) / np.sqrt(np.prod(shape[1:])) for name, shape in shapes.items()}
    params["encoder.logvar.weight"] *= 0.3
    x = rng.integers(0, 2, (batch, *image_shape)).astype(float)
    if situation == GAUSSIAN:
        params[NOISE] = rng.normal(0.1, 0.1, 1)
        x = rng.uniform(0, 1, x.shape)
    inputs = {
        "params": params,
        "x": x,
        "eps": rng.standard_normal((batch, latents)),
        "dloss": sign * float(rng.uniform(2, 5)),
        **objective,
    }
    sizes = {"batch size": batch, "pixels of an image": int(np.prod(image_shape)), "latents": latents}
    return Case("loss", inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the loss with its parts, and all gradients, from the decoder back to the encoder; some of them twice."""
    inputs = case.inputs
    if "capacity" in inputs:
        objective = CapacityObjective(inputs["capacity"], inputs["gamma"])
    else:
        objective = BetaObjective(inputs["beta"], inputs.get("free_bits", 0.0))
    outputs = named(answer.loss(inputs["params"], inputs["x"], inputs["eps"], objective), "loss", "pullback")
    gradients, again = (deepcopy(_gradients(outputs["pullback"], inputs)) for _ in range(2))
    return {
        **named(outputs["loss"], "loss", "reconstruction", "KL"),
        **{f"gradient of {name}": gradients[name] for name in reversed(inputs["params"])},
        **{f"gradient of {name} when the pullback is called again": again[name] for name in CALLED_AGAIN},
    }


def _gradients(pullback: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the gradient of every parameter.

    Raises
    ------
    Unusable
        If some are missing.
    """
    gradients = pullback(inputs["dloss"])
    missing = [name for name in inputs["params"] if not isinstance(gradients, dict) or name not in gradients]
    if missing:
        raise Unusable(f"The pullback must return a dict with the gradient of every parameter; missing: {missing}.")
    return gradients
