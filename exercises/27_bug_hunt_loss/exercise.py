"""Cases of exercise 27: the ELBO of a random network, as in training and as in evaluation."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from common.architecture import MLP
from course.diagnosis import Case, Unusable, named

PARTS = ("ELBO", "reconstruction", "KL")
ORDER = ("reconstruction", "KL", "ELBO")
WATCHED = ("encoder.mu.weight", "encoder.logvar.weight", "decoder.logits.bias")


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield batches of images that are not square, one of them with wide posteriors, and a single image."""
    yield _case(rng, 7, (3, 5, 11), 13, 17)
    yield _case(rng, 11, (1, 7, 3), 17, 5)
    yield _case(rng, 5, (3, 13, 7), 11, 3)
    yield _case(rng, 3, (1, 5, 7), 13, 11, spread=4.0, situation="with wide and narrow posteriors")
    yield _case(rng, 1, (1, 3, 5), 7, 11, situation="with one image")


def _case(
    rng: np.random.Generator,
    batch: int,
    image_shape: tuple[int, int, int],
    hidden: int,
    latents: int,
    spread: float = 1.0,
    situation: str = "",
) -> Case:
    shapes = MLP(image_shape, hidden, latents).parameter_shapes()
    params = {name: rng.normal(0, 1.5, shape) / np.sqrt(np.prod(shape[1:])) for name, shape in shapes.items()}
    params["encoder.logvar.bias"] = rng.normal(0, spread, latents)
    inputs = {
        "params": params,
        "x": rng.integers(0, 2, (batch, *image_shape)).astype(float),
        "eps": rng.standard_normal((batch, latents)),
        "cotangents": rng.uniform(0.5, 2, 3) * rng.choice((-1, 1), 3),
    }
    sizes = {"batch size": batch, "pixels of an image": int(np.prod(image_shape)), "latents": latents}
    return Case("elbo", inputs, sizes, situation)


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the three numbers, the parts first, with and without gradients being recorded, and some gradients."""
    x, eps = torch.from_numpy(case.inputs["x"]), torch.from_numpy(case.inputs["eps"])
    params = {name: torch.from_numpy(value).requires_grad_() for name, value in case.inputs["params"].items()}
    with torch.no_grad():
        trained_model = {name: value.detach() for name, value in params.items()}
        evaluated = _numbers(answer.elbo(trained_model, x, eps))
    trained = _numbers(answer.elbo(params, x, eps))
    weights = torch.from_numpy(case.inputs["cotangents"])
    total = (torch.stack(list(trained.values())) * weights).sum()
    return {
        **{f"{name} in training": value for name, value in trained.items()},
        **{f"{name} in evaluation": value for name, value in evaluated.items()},
        **{f"gradient of {name}": _gradient(total, params[name]) for name in WATCHED},
    }


def _numbers(value: object) -> dict[str, torch.Tensor]:
    numbers = named(value, *PARTS)
    for name, number in numbers.items():
        if not isinstance(number, torch.Tensor) or number.ndim > 0:
            shape = f" of shape {tuple(number.shape)}" if isinstance(number, torch.Tensor) else ""
            raise Unusable(f"The {name} is a {type(number).__name__}{shape}; it must be a tensor with a single number.")
    return {name: numbers[name] for name in ORDER}


def _gradient(total: torch.Tensor, parameter: torch.Tensor) -> torch.Tensor:
    """Return a gradient, 0 where nothing flows back."""
    if not total.requires_grad:
        return torch.zeros_like(parameter)
    (gradient,) = torch.autograd.grad(total, parameter, allow_unused=True, retain_graph=True)
    return torch.zeros_like(parameter) if gradient is None else gradient
