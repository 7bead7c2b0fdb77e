"""Cases of exercise 15: small networks on images that are not square, with gradients by random cotangents."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from common.architecture import Conv
from course.diagnosis import Case, Unusable, named

NETWORKS = (
    (3, Conv((1, 8, 12), channels=(5, 3), hidden=7, latents=11)),
    (5, Conv((3, 12, 4), channels=(2, 7), hidden=13, latents=3)),
)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield two ordinary cases a function; for the encoder outputs beyond both bounds of logvar, and one image."""
    for batch, network in NETWORKS:
        yield _encoding(rng, batch, network)
    yield _encoding(rng, 3, NETWORKS[0][1], scale=60.0, situation="with mu and logvar beyond the bounds")
    yield _encoding(rng, 1, NETWORKS[1][1], situation="with a single image")
    for batch, network in NETWORKS:
        yield _decoding(rng, batch, network)
    yield _decoding(rng, 1, NETWORKS[0][1], situation="with a single z")


def _encoding(rng: np.random.Generator, batch: int, network: Conv, scale: float = 1.0, situation: str = "") -> Case:
    params = _parameters(rng, network, "encoder")
    for name in ("encoder.mu.weight", "encoder.logvar.weight"):
        params[name] *= scale
    x = rng.integers(0, 2, (batch, *network.image_shape)).astype(np.float64)
    dy = {name: rng.normal(0, 1, (batch, network.latents)) for name in ("dmu", "dlogvar")}
    return Case("encode", {"x": x, **params, "cotangents": dy}, _sizes(batch, network), situation)


def _decoding(rng: np.random.Generator, batch: int, network: Conv, situation: str = "") -> Case:
    inputs = {"z": rng.normal(0, 1, (batch, network.latents)), **_parameters(rng, network, "decoder")}
    dy = {"dlogits": rng.normal(0, 1, (batch, *network.image_shape))}
    inputs |= {"image_shape": network.image_shape, "cotangents": dy}
    return Case("decode", inputs, _sizes(batch, network), situation)


def _parameters(rng: np.random.Generator, network: Conv, half: str) -> dict[str, np.ndarray]:
    """Draw parameters of a half of the network; the biases are far from zero too."""
    shapes = {name: shape for name, shape in network.parameter_shapes().items() if name.startswith(half)}
    return {name: rng.normal(0, 1.5 / np.sqrt(np.prod(shape[1:])), shape) for name, shape in shapes.items()}


def _sizes(batch: int, network: Conv) -> dict[str, int]:
    sizes = {"hidden": network.hidden, "latents": network.latents}
    return {"batch size": batch, **sizes} if batch > 1 else sizes


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return what the network gives, and the gradient of its input and of every weight.

    Raises
    ------
    Unusable
        If the answer put other tensors into the caller's dict of parameters, or took some out.
    """
    tensors = {name: torch.from_numpy(value) for name, value in case.inputs.items() if isinstance(value, np.ndarray)}
    leaves = {name: value.requires_grad_() for name, value in tensors.items()}
    params = {name: value for name, value in leaves.items() if "." in name}
    given = dict(params)
    if case.part == "encode":
        outputs = named(answer.encode(given, leaves["x"]), "mu", "logvar")
    else:
        outputs = named(answer.decode(given, leaves["z"], case.inputs["image_shape"]), "logits")
    if given.keys() != params.keys() or any(given[name] is not params[name] for name in params):
        raise Unusable("It changed the dict `params`, which belongs to the caller: the next call finds other entries.")
    cotangents = [torch.from_numpy(value) for value in case.inputs["cotangents"].values()]
    inner = "x" if case.part == "encode" else "z"
    wanted = {name: leaves[name] for name in (*(name for name in params if name.endswith("weight")), inner)}
    return outputs | _gradients(list(outputs.values()), cotangents, wanted)


def _gradients(outputs: list[Any], cotangents: list[Tensor], leaves: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the gradient of every leaf, in the precision of the outputs; zeros where none arrives."""
    totals = [
        (output * cotangent).sum()
        for output, cotangent in zip(outputs, cotangents, strict=True)
        if isinstance(output, Tensor) and output.requires_grad and output.shape == cotangent.shape
    ]
    grads: tuple[Tensor | None, ...] = (None,) * len(leaves)
    if totals:
        grads = torch.autograd.grad(torch.stack(totals).sum(), list(leaves.values()), allow_unused=True)
    precision = next((output.dtype for output in outputs if isinstance(output, Tensor)), torch.float64)
    return {
        f"gradient of {name}": (torch.zeros_like(leaf) if grad is None else grad).to(precision)
        for (name, leaf), grad in zip(leaves.items(), grads, strict=True)
    }
