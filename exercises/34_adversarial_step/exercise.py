"""Cases of exercise 34: logits on both sides of the margin, and steps of which every set of gradients is looked at."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from course.diagnosis import Case, Unusable

SIZES = ((5, 7, 3, 2), (3, 11, 5, 7), (7, 5, 2, 3))
"""Images, pixels, latents and patches."""


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield the five functions at unequal sizes, and the situations in which they go wrong."""
    for real, fake in (((5, 3, 7), (2, 3, 7)), ((3, 5, 2), (7, 5, 2))):
        yield _logits("discriminator_loss", rng, real, fake)
    yield _logits("discriminator_loss", rng, (2, 3, 5), (2, 3, 5), 0.3, "with all logits within the margin")
    yield _logits("discriminator_loss", rng, (1, 1, 1), (1, 1, 1), 0.3, "with a single patch of each")
    for shape in ((5, 3, 7), (2, 5, 3)):
        yield _logits("generator_loss", rng, (1, 1, 1), shape)
    for shape in ((3, 5, 2), (7, 2, 3)):
        yield _pulls(rng, shape)
    yield _pulls(rng, (2, 3, 7), 1e-4, "with a discriminator of little slope")
    yield _pulls(rng, (5, 3, 2), 0.0, "with a discriminator without slope", strength=70.0)
    for sizes in SIZES[:2]:
        yield _step("discriminator_step", rng, *sizes)
    for sizes, factor in zip(SIZES, (0.7, 1.9, 0.3), strict=True):
        yield _step("generator_step", rng, *sizes, factor=factor)
    said = "with a discriminator that has made up its mind"
    yield _step("generator_step", rng, *SIZES[1], said=said, factor=0.7, strength=70.0)


def _logits(
    part: str, rng: np.random.Generator, real: tuple[int, ...], fake: tuple[int, ...], std: float = 1.7, said: str = ""
) -> Case:
    inputs = {"real_logits": rng.normal(0.3, std, real), "fake_logits": rng.normal(-0.4, std, fake)}
    if part == "generator_loss":
        del inputs["real_logits"]
    return Case(part, inputs, {"patches": int(np.prod(fake))}, said)


def _pulls(
    rng: np.random.Generator, shape: tuple[int, ...], slope: float = 0.8, said: str = "", strength: float = 1.0
) -> Case:
    a, b, kernel = rng.normal(0, 1, (3, *shape))
    return Case(
        "adaptive_weight", {"a": strength * a, "b": slope * b, "last_layer": kernel}, {"channels": shape[0]}, said
    )


def _step(
    part: str,
    rng: np.random.Generator,
    images: int,
    pixels: int,
    latents: int,
    patches: int,
    said: str = "",
    **also: Any,
) -> Case:
    shapes = {"encoder": (latents, pixels), "decoder": (pixels, latents), "discriminator": (patches, pixels)}
    inputs: dict[str, Any] = {"x": rng.normal(0.2, 1.0, (images, pixels)), **also}
    inputs |= {name: rng.normal(0, 0.8, shape) for name, shape in shapes.items()}
    if said:
        inputs["discriminator"] *= 1e6
    return Case(part, inputs, {"images": images, "pixels": pixels, "latents": latents, "patches": patches}, said)


class Layer(nn.Module):
    """A matrix, then tanh, and a factor that is not learnt."""

    def __init__(self, weight: np.ndarray) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))
        self.factor = nn.Parameter(torch.tensor(2.0, dtype=torch.float64), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return a row for each row."""
        return self.factor * (x @ self.weight.T).tanh()


def run(answer: Any, case: Case) -> dict[str, Any]:
    """Return the value, and the gradient that every set of numbers gets from it."""
    function = getattr(answer, case.part)
    if case.part == "adaptive_weight":
        return _weight(function, **case.inputs)
    if case.part in ("discriminator_loss", "generator_loss"):
        logits = {name: torch.tensor(value, requires_grad=True) for name, value in case.inputs.items()}
        loss = _scalar(function(*logits.values()))
        gradients = torch.autograd.grad(loss, list(logits.values()), allow_unused=True)
        found = {f"gradient of {name}": _or_zero(g, logits[name]) for name, g in zip(logits, gradients, strict=True)}
        return {"loss": loss.detach(), **found}
    return _stepped(function, case)


def _weight(function: Any, a: np.ndarray, b: np.ndarray, last_layer: np.ndarray) -> dict[str, Any]:
    """Return lambda, and the gradient of lambda L_GAN afterwards: that of L_GAN times a constant."""
    kernel = 1 * torch.tensor(last_layer, requires_grad=True)
    reconstruction, adversarial = (torch.tensor(a) * kernel**2).mean(), (torch.tensor(b) * kernel).tanh().sum()
    weight = _scalar(function(reconstruction, adversarial, kernel))
    (gradient,) = torch.autograd.grad(reconstruction + weight * adversarial, kernel, retain_graph=True)
    return {"lambda": weight.detach(), "gradient of L_rec + lambda L_GAN": gradient}


def _stepped(function: Any, case: Case) -> dict[str, Any]:
    inputs, x = case.inputs, torch.tensor(case.inputs["x"])
    players = {name: Layer(inputs[name]) for name in ("encoder", "decoder", "discriminator")}
    kernel, judge = 1 * players["decoder"].weight, players["discriminator"].weight
    judge.grad = left = torch.ones_like(judge)
    x_hat = players["encoder"](x) @ kernel.T
    if case.part == "discriminator_step":
        loss = _scalar(function(players["discriminator"], x, x_hat))
    else:
        l1 = inputs.get("strength", 1.0) * (x - x_hat).abs().mean()
        loss = _scalar(function(players["discriminator"], x_hat, l1, kernel, inputs["factor"]))
    if not x_hat.requires_grad:
        raise Unusable("It cut x_hat itself off from what has made it (detach_), so that the autoencoder cannot learn.")
    if not all(network.training for network in players.values()):
        raise Unusable("It left a network in evaluation mode: it must leave the mode as it was.")
    if not torch.equal(_or_zero(judge.grad, judge), left):
        raise Unusable("It changed gradients that stood in the discriminator: it may only return the loss.")
    judge.grad = None
    if loss.requires_grad:
        loss.backward(retain_graph=True)
    if not all(network.weight.requires_grad for network in players.values()):
        raise Unusable("It left parameters switched off (requires_grad = False), so that they can never learn again.")
    if any(network.factor.requires_grad for network in players.values()):
        raise Unusable(
            "It switched parameters on that were fixed before (requires_grad): leave each of them as it was."
        )
    gradients = {f"gradient of the {name}": _or_zero(n.weight.grad, n.weight) for name, n in players.items()}
    return {"loss": loss.detach(), **gradients}


def _scalar(value: Any) -> Tensor:
    """Return the value as a tensor without axes."""
    found = value if isinstance(value, Tensor) else torch.tensor(value, dtype=torch.float64)
    if found.shape != ():
        raise Unusable(f"It returned the shape {tuple(found.shape)}; it must return a single number.")
    return found


def _or_zero(gradient: Tensor | None, like: Tensor) -> Tensor:
    return torch.zeros_like(like) if gradient is None else gradient
