"""Cases of exercise 44: networks far from initial, one image, searches that fail or do not begin."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from common.likelihood import NOISE
from course.diagnosis import Case, named

SIZES = ((7, 3, 5, 1, 11, 2), (5, 2, 7, 1, 3, 13), (3, 5, 11, 1, 7, 2))
"""Batch, latents, hidden units, channels, height, width."""
ONE_IMAGE = (1, 3, 5, 1, 7, 11)
GAUSSIAN = "with a Gaussian likelihood"
DOWNHILL = "where the search finds nothing better"


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield ordinary networks for each part, one image, another likelihood, and searches of few steps and of none."""
    for sizes, situation in (*((one, "") for one in SIZES), (ONE_IMAGE, "with one image"), (SIZES[0], GAUSSIAN)):
        yield _of_q(rng, sizes, situation)
    for sizes, steps in zip(SIZES, (13, 11, 13), strict=True):
        yield _search(rng, sizes, steps)
    yield _search(rng, ONE_IMAGE, 13, "with one image")
    yield _search(rng, SIZES[1], 1, "with a single step")
    yield _search(rng, SIZES[2], 0, "without a step")
    for sizes, draws in zip(SIZES, ((13, 17), (11, 17), (13, 17)), strict=True):
        yield _regret(rng, sizes, *draws)
    yield _regret(rng, ONE_IMAGE, 13, 1, "with one image and one sample")
    yield _regret(rng, SIZES[0], 13, 17, DOWNHILL)
    yield _regret(rng, SIZES[1], 11, 17, GAUSSIAN)


def _of_q(rng: np.random.Generator, sizes: tuple[int, ...], situation: str = "") -> Case:
    batch, latents, *_ = sizes
    inputs = {
        **_network(rng, sizes, situation),
        "mu": rng.normal(0.3, 1.0, (batch, latents)),
        "logvar": rng.normal(-0.5, 1.0, (batch, latents)),
        "eps": rng.standard_normal((batch, latents)),
        "dy": rng.normal(0.4, 1.5, batch),
    }
    return Case("elbo_of_q", inputs, _named_sizes(sizes), situation)


def _search(rng: np.random.Generator, sizes: tuple[int, ...], steps: int, situation: str = "") -> Case:
    batch, latents, *_ = sizes
    inputs = {
        **_network(rng, sizes, situation),
        "mu": rng.normal(0.3, 1.0, (batch, latents)),
        "logvar": rng.normal(-0.5, 0.7, (batch, latents)),
        "eps": rng.standard_normal((steps, batch, latents)),
        "step_size": float(rng.uniform(0.01, 0.02)),
    }
    return Case("search_q", inputs, _named_sizes(sizes, steps=steps), situation)


def _regret(rng: np.random.Generator, sizes: tuple[int, ...], steps: int, samples: int, situation: str = "") -> Case:
    batch, latents, *_ = sizes
    factor = -0.2 if situation == DOWNHILL else 1
    inputs = {
        **_network(rng, sizes, situation),
        "search_eps": rng.standard_normal((steps, batch, latents)),
        "eps": rng.standard_normal((samples, batch, latents)),
        "step_size": factor * float(rng.uniform(0.01, 0.02)),
    }
    return Case("likelihood_regret", inputs, _named_sizes(sizes, steps=steps, samples=samples), situation)


def _network(rng: np.random.Generator, sizes: tuple[int, ...], situation: str) -> dict[str, Any]:
    """Draw the parameters of a network and images for it; q(z | x) is narrow enough for a search to climb."""
    batch, latents, hidden, *image = sizes
    pixels = int(np.prod(image))
    shapes = {
        "encoder.hidden": (hidden, pixels),
        "encoder.mu": (latents, hidden),
        "encoder.logvar": (latents, hidden),
        "decoder.hidden": (hidden, latents),
        "decoder.logits": (pixels, hidden),
    }
    params = {}
    for layer, shape in shapes.items():
        scale = 0.4 if layer == "encoder.logvar" else 1.0
        params[f"{layer}.weight"] = rng.normal(0, scale / np.sqrt(shape[1]), shape)
        params[f"{layer}.bias"] = rng.normal(0.2, 0.4, shape[0])
    x = rng.uniform(0, 1, (batch, *image))
    if situation == GAUSSIAN:
        params[NOISE] = rng.normal(0.1, 0.05, 1)
    else:
        x = np.round(x)
    return {"params": params, "x": x}


def _named_sizes(sizes: tuple[int, ...], **draws: int) -> dict[str, int]:
    batch, latents, hidden, *image = sizes
    found = {"batch size": batch, "latents": latents, "hidden size": hidden, "pixels": int(np.prod(image)), **draws}
    return {name: size for name, size in found.items() if size > 1}


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the ELBOs and the gradients, the q that is found, or the regrets."""
    if case.part == "elbo_of_q":
        *arguments, dy = case.inputs.values()
        value, pullback = named(answer.elbo_of_q(*arguments), "ELBO", "pullback").values()
        return {"ELBO": value, **named(pullback(dy), "dmu", "dlogvar")}
    if case.part == "search_q":
        return named(answer.search_q(*case.inputs.values()), "mu", "logvar")
    return {"regret": answer.likelihood_regret(*case.inputs.values())}
