"""Cases of exercise 16: a small network whose loss, gradients and updates are all looked at, twice in a row."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from common.architecture import MLP
from common.likelihood import NOISE
from common.objective import BetaObjective, CapacityObjective, Objective
from common.optimizer import AdamSettings
from course.diagnosis import Case, Unusable, named
from pytorch_lowlevel.adam import AdamState

NETWORKS = (
    (5, MLP((1, 3, 7), hidden=13, latents=11)),
    (3, MLP((1, 5, 7), hidden=17, latents=11)),
    (7, MLP((1, 3, 5), hidden=11, latents=13)),
)
GAUSSIAN_NETWORK = MLP((1, 5, 3), hidden=17, latents=13, likelihood="gaussian")
GAUSSIAN = "with a Gaussian likelihood, which learns its sigma"
GROUPS = {"parameters": "parameters", "first_moment": "first moments", "second_moment": "second moments"}


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield gradients of all objectives and both likelihoods; steps from the first on, with small and large bounds."""
    yield _gradient(rng, *NETWORKS[0], {"beta": 3.0, "free_bits": 0.7})
    yield _gradient(rng, *NETWORKS[1], {"beta": 0.4, "free_bits": 1.1})
    yield _gradient(rng, *NETWORKS[2], {"beta": 0.0, "free_bits": 0.0}, "with beta = 0")
    yield _gradient(rng, *NETWORKS[0], {"capacity": 2.5, "gamma": 7.0}, "with a capacity objective")
    yield _gradient(rng, 7, GAUSSIAN_NETWORK, {"beta": 1.7, "free_bits": 0.0}, GAUSSIAN)
    yield _step(rng, *NETWORKS[0], {"beta": 3.0, "free_bits": 0.7}, clip_norm=4.0, steps=3)
    yield _step(rng, *NETWORKS[1], {"beta": 0.4, "free_bits": 1.1}, clip_norm=2.0, steps=0)
    yield _step(rng, *NETWORKS[2], {"beta": 2.0, "free_bits": 0.0}, clip_norm=1e6, steps=5)
    yield _step(rng, *NETWORKS[2], {"beta": 2.0, "free_bits": 0.0}, None, 5, "with clip_norm = None")
    yield _step(rng, *NETWORKS[0], {"beta": 3.0, "free_bits": 0.7}, 0.2, 3, "with a clip_norm below 1")


def _gradient(
    rng: np.random.Generator, batch: int, network: MLP, objective: dict[str, float], situation: str = ""
) -> Case:
    inputs = {**_batch(rng, batch, network), **objective, "parameters": _draw(rng, network)}
    return Case("value_and_grad", inputs, _sizes(batch, network), situation)


def _step(
    rng: np.random.Generator,
    batch: int,
    network: MLP,
    objective: dict[str, float],
    clip_norm: float | None,
    steps: int,
    situation: str = "",
) -> Case:
    """Draw a batch, and a state after some steps; before the first one the moments are zero."""
    state = [_draw(rng, network) for _ in GROUPS]
    state[1] = {name: 0.1 * (steps > 0) * value for name, value in state[1].items()}
    state[2] = {name: (steps > 0) * (0.03 + 0.1 * value**2) for name, value in state[2].items()}
    settings = {"learning_rate": 0.03, "beta1": 0.8, "beta2": 0.97, "clip_norm": clip_norm}
    inputs = {**_batch(rng, batch, network), **objective, **settings, "steps": steps, "state": state}
    return Case("training_step", inputs, _sizes(batch, network), situation)


def _batch(rng: np.random.Generator, batch: int, network: MLP) -> dict[str, np.ndarray]:
    shape = (batch, *network.image_shape)
    x = rng.uniform(0, 1, shape) if network.likelihood == "gaussian" else rng.integers(0, 2, shape).astype(np.float64)
    return {"x": x, "eps": rng.normal(0, 1, (batch, network.latents))}


def _draw(rng: np.random.Generator, network: MLP) -> dict[str, np.ndarray]:
    """Draw parameters far from initial ones: the biases are random too."""
    shapes = network.parameter_shapes()
    spread = {name: 0.1 if name == NOISE else 1.2 / np.sqrt(np.prod(shape[1:])) for name, shape in shapes.items()}
    return {name: rng.normal(0, spread[name], shape) for name, shape in shapes.items()}


def _sizes(batch: int, network: MLP) -> dict[str, int]:
    _, height, width = network.image_shape
    return {"batch size": batch, "height": height, "width": width, "latents": network.latents}


def _objective(inputs: dict[str, Any]) -> Objective:
    if "capacity" in inputs:
        return CapacityObjective(inputs["capacity"], inputs["gamma"])
    return BetaObjective(inputs["beta"], inputs["free_bits"])


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the loss with its parts, and the gradients or the changes of the state."""
    x, eps = torch.from_numpy(case.inputs["x"]), torch.from_numpy(case.inputs["eps"])
    return (_gradients if case.part == "value_and_grad" else _changes)(answer, case, x, eps)


def _gradients(answer: Any, case: Case, x: Tensor, eps: Tensor) -> dict[str, Any]:
    """Ask for the gradients twice: the second time nothing may be left of the first."""
    params = {name: torch.from_numpy(value) for name, value in case.inputs["parameters"].items()}
    answers = []
    for _ in range(2):
        loss, grads = named(answer.value_and_grad(params, x, eps, _objective(case.inputs)), "loss", "grads").values()
        if isinstance(loss, Tensor):
            raise Unusable("Its first value is the loss alone; it must be Loss(loss, reconstruction, kl).")
        answers.append((_parts(loss), _checked(grads, params)))
    (parts, first), (parts_again, again) = answers
    if not all(_same(parts[name], parts_again[name]) for name in parts):
        raise Unusable(
            "Asked twice with the same arguments, it gave two different losses. All noise comes in as `eps`."
        )
    repeated = all(_same(first[name], again[name]) for name in params)
    if repeated and any(value.requires_grad for value in params.values()):
        raise Unusable("It left `requires_grad` switched on in the tensors of `params`, which belong to the caller.")
    return {
        **parts,
        **{f"gradient of {name}": first[name] for name in params if name == NOISE},
        "gradient of the decoder": _flat(first, "decoder"),
        "gradient of the encoder": _flat(first, "encoder"),
        "gradient when asked again": _flat(again),
    }


def _checked(grads: Any, params: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return copies of the gradients.

    Raises
    ------
    Unusable
        If they are no dict with a tensor of the right shape for every parameter, or a tensor still has a graph.
    """
    if not isinstance(grads, dict):
        raise Unusable(f"Its second value is a {type(grads).__name__}; it must be a dict of gradients.")
    missing = [name for name in params if not isinstance(grads.get(name), Tensor)]
    if missing:
        raise Unusable(f"Its gradients lack {len(missing)} of {len(params)} parameters: {', '.join(missing)}.")
    for name, value in params.items():
        received, expected = tuple(grads[name].shape), tuple(value.shape)
        if received != expected:
            raise Unusable(f"The shape of its gradient of {name} is {received}, expected {expected}.")
    if any(grads[name].requires_grad for name in params):
        raise Unusable("Its gradients are not detached: they carry a graph of their own.")
    return {name: grads[name].clone() for name in params}


def _parts(loss: Any) -> dict[str, Any]:
    """Return the parts of the loss and then the loss, so that a wrong part is named before the sum.

    Raises
    ------
    Unusable
        If they are not three, or still have a graph.
    """
    parts = named(loss, "loss", "reconstruction", "kl")
    with_graph = [name for name, value in parts.items() if getattr(value, "requires_grad", False)]
    if with_graph:
        raise Unusable(f"Not detached: {', '.join(with_graph)}. As long as one lives, so does its whole graph.")
    return {name: parts[name] for name in ("reconstruction", "kl", "loss")}


def _same(one: Any, other: Any) -> bool:
    """Whether two answers are the same, tensors or numbers; what is neither is not compared here."""
    kinds = (Tensor, float, np.number)
    comparable = isinstance(one, kinds) and isinstance(other, kinds)
    return not comparable or np.allclose(one, other, rtol=1e-12, atol=0, equal_nan=True)


def _changes(answer: Any, case: Case, x: Tensor, eps: Tensor) -> dict[str, Any]:
    """Take two steps, and return what they change in the state that was handed over."""
    inputs = case.inputs
    groups = [{name: torch.tensor(value) for name, value in group.items()} for group in inputs["state"]]
    state = AdamState(*groups, step=inputs["steps"])
    settings = AdamSettings(**{name: inputs[name] for name in ("learning_rate", "beta1", "beta2", "clip_norm")})
    before = {name: _flat(getattr(state, name)) for name in GROUPS}
    parts = _parts(answer.training_step(state, x, eps, _objective(inputs), settings))
    after = {name: _flat(getattr(state, name)) for name in GROUPS}
    changes = {f"change of the {words}": after[name] - before[name] for name, words in GROUPS.items()}
    steps = state.step
    answer.training_step(state, x, eps, _objective(inputs), settings)
    once_more = _flat(state.parameters) - after["parameters"]
    return {**parts, **changes, "step": steps, "change of the parameters by a second step": once_more}


def _flat(group: dict[str, Tensor], half: str = "") -> Tensor:
    return torch.cat([value.detach().flatten() for name, value in sorted(group.items()) if name.startswith(half)])
