"""Cases of exercise 10: the decoder, the encoder and the loss of networks whose parameters are far from initial."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from common.likelihood import NOISE
from common.objective import BetaObjective, CapacityObjective
from course.diagnosis import Case, Unusable, named
from numpy_impl.distributions import gaussian_kl
from numpy_impl.vae import encode

DECODER = ("decoder.logits", "decoder.hidden")
ENCODER = ("encoder.logvar", "encoder.mu", "encoder.hidden")
LAYERS = {"decode": DECODER, "encode": ENCODER, "loss": (*DECODER, *ENCODER)}
"""The layers in the order in which the backward pass meets them."""

ORDINARY = ((7, 3, 11, 1, 5, 13), (3, 5, 7, 1, 13, 11), (5, 7, 13, 3, 11, 17))
"""Batch, latents, hidden units, channels, height, width."""

ONE_IMAGE = (1, 3, 5, 1, 7, 11)
BEYOND, AT_LIMIT = "with logvar beyond its limits", "with logvar exactly at its limits"
AGAIN = "when the pullback is called a second time"
BELOW, CAPACITY = "with every latent below the free bits", "with a capacity in place of beta"
GAUSSIAN = "with a Gaussian likelihood, which learns its sigma"


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield the three parts: ordinary networks, one image, the clamp, the kinds of objective, and second calls."""
    for sizes, situation in (*((one, "") for one in ORDINARY), (ONE_IMAGE, "with one image"), (ORDINARY[0], AGAIN)):
        yield _decoder(rng, sizes, situation)
    special = (ORDINARY[2], BEYOND), (ORDINARY[0], AT_LIMIT), (ORDINARY[1], AGAIN)
    for sizes, situation in (*((one, "") for one in ORDINARY[:2]), *special):
        yield _encoder(rng, sizes, situation)
    for sizes, share, situation in ((ORDINARY[0], 0.0, ""), (ORDINARY[1], 0.5, ""), (ORDINARY[2], 0.5, "")):
        yield _loss(rng, sizes, share, situation)
    yield _loss(rng, ORDINARY[0], 1.5, BELOW)
    yield _loss(rng, ORDINARY[1], 0.0, CAPACITY)
    yield _loss(rng, ORDINARY[0], 0.0, AGAIN)
    yield _loss(rng, ORDINARY[2], 0.0, GAUSSIAN)


def _decoder(rng: np.random.Generator, sizes: tuple[int, ...], situation: str) -> Case:
    batch, latents, _, *image = sizes
    inputs = {
        "params": _params(rng, sizes, DECODER),
        "z": rng.normal(0.3, 1.0, (batch, latents)),
        "image_shape": tuple(image),
        "dlogits": rng.normal(0.2, 1.0, (batch, *image)),
    }
    return Case("decode", inputs, _named_sizes(sizes), situation)


def _encoder(rng: np.random.Generator, sizes: tuple[int, ...], situation: str) -> Case:
    """With logvar beyond its limits, about half of it is clamped, and dlogvar is large; at its limits, two latents."""
    batch, latents, _, *image = sizes
    params = _params(rng, sizes, ENCODER)
    scale = 30.0 if situation == BEYOND else 1.0
    params["encoder.logvar.weight"] *= scale
    if situation == AT_LIMIT:
        params["encoder.logvar.weight"][:2] = 0.0
        params["encoder.logvar.bias"][:2] = (20.0, -20.0)
    inputs = {
        "params": params,
        "x": rng.integers(0, 2, (batch, *image)).astype(np.float64),
        "dmu": rng.normal(0.3, 1.0, (batch, latents)),
        "dlogvar": rng.normal(-0.2, scale, (batch, latents)),
    }
    return Case("encode", inputs, _named_sizes(sizes), situation)


def _loss(rng: np.random.Generator, sizes: tuple[int, ...], share: float, situation: str) -> Case:
    """Draw a network, and an objective that suits its KL: about the share of the latents is below the free bits."""
    batch, latents, _, *image = sizes
    params = _params(rng, sizes, (*DECODER, *ENCODER))
    x = rng.integers(0, 2, (batch, *image)).astype(np.float64)
    if situation == GAUSSIAN:
        params[NOISE] = rng.normal(0.1, 0.1, 1)
        x = rng.uniform(0, 1, x.shape)
    kl = np.sort(gaussian_kl(*encode(params, x))[0].mean(axis=0))
    if situation == CAPACITY:
        objective = {"capacity": float(kl.sum() * rng.choice([0.6, 1.7])), "gamma": 2.3}
    else:
        below = int(share * latents)
        free_bits = 0.0 if not below else float(kl[below - 1 : below + 1].mean()) if share < 1 else float(kl[-1] + 1)
        objective = {"beta": float(rng.uniform(2.5, 3.5)), "free_bits": free_bits}
    noise = {"eps": rng.standard_normal((batch, latents)), "dloss": float(rng.uniform(1.3, 1.9))}
    return Case("loss", {"params": params, "x": x, **noise, **objective}, _named_sizes(sizes), situation)


def _params(rng: np.random.Generator, sizes: tuple[int, ...], layers: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Draw weights and biases of the named layers."""
    _, latents, hidden, *image = sizes
    pixels = int(np.prod(image))
    shapes = {
        "encoder.hidden": (hidden, pixels),
        "encoder.mu": (latents, hidden),
        "encoder.logvar": (latents, hidden),
        "decoder.hidden": (hidden, latents),
        "decoder.logits": (pixels, hidden),
    }
    params = {}
    for layer in layers:
        params[f"{layer}.weight"] = rng.normal(0, 1.2 / np.sqrt(shapes[layer][1]), shapes[layer])
        params[f"{layer}.bias"] = rng.normal(0.2, 0.5, shapes[layer][0])
    return params


def _named_sizes(sizes: tuple[int, ...]) -> dict[str, int]:
    batch, latents, hidden, *image = sizes
    named_sizes = {"batch size": batch, "latents": latents, "hidden size": hidden, "pixels": int(np.prod(image))}
    return {name: size for name, size in named_sizes.items() if size > 1}


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the value of a part, and the gradients that its pullback returns."""
    calls = 2 if case.situation == AGAIN else 1
    return {"decode": _run_decoder, "encode": _run_encoder, "loss": _run_loss}[case.part](answer, calls, **case.inputs)


def _last(pullback: Any, calls: int, *arguments: Any) -> Any:
    """Call a pullback once or more, and return what the last call gives."""
    for _ in range(calls - 1):
        pullback(*arguments)
    return pullback(*arguments)


def _run_decoder(answer: Any, calls: int, params: Any, z: Any, image_shape: Any, dlogits: Any) -> dict[str, Any]:
    logits, pullback = named(answer.decode(params, z, image_shape), "logits", "pullback").values()
    dz, grads = named(_last(pullback, calls, dlogits), "dz", "gradients").values()
    return {"logits": logits, **_gradients(grads, "decode"), "gradient of z": dz}


def _run_encoder(answer: Any, calls: int, params: Any, x: Any, dmu: Any, dlogvar: Any) -> dict[str, Any]:
    posterior, pullback = named(answer.encode(params, x), "(mu, logvar)", "pullback").values()
    return {**named(posterior, "mu", "logvar"), **_gradients(_last(pullback, calls, dmu, dlogvar), "encode")}


def _run_loss(answer: Any, calls: int, params: Any, x: Any, eps: Any, dloss: Any, **numbers: float) -> dict[str, Any]:
    objective = BetaObjective(**numbers) if "beta" in numbers else CapacityObjective(**numbers)
    parts, pullback = named(answer.loss(params, x, eps, objective), "loss", "pullback").values()
    return {
        **named(parts, "loss", "reconstruction", "KL"),
        **_gradients(_last(pullback, calls, dloss), "loss", [name for name in params if name == NOISE]),
    }


def _gradients(grads: Any, part: str, more: Sequence[str] = ()) -> dict[str, Any]:
    """Return the gradients by name, in the order of the backward pass.

    Raises
    ------
    Unusable
        If they are no dict, or not those of the parameters.
    """
    names = [f"{layer}.{kind}" for layer in LAYERS[part] for kind in ("weight", "bias")] + [*more]
    if not isinstance(grads, dict):
        raise Unusable(f"The gradients must be a dict from names to arrays; the pullback gave {_kind(grads)} for them.")
    wrong = [f"no entry '{name}'" for name in names if name not in grads]
    wrong += [f"an entry {name!r}, which is no parameter" for name in grads if name not in names]
    if wrong:
        raise Unusable(f"The dict of gradients has {', and '.join(wrong[:2])}.")
    return {f"gradient of {name}": grads[name] for name in names}


def _kind(value: object) -> str:
    return "None (is there a return statement?)" if value is None else f"an object of type {type(value).__name__}"
