"""Adam and gradient clipping with tensor operations."""

from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor

from common.optimizer import CLIP_EPSILON, AdamSettings


@dataclass
class AdamState:
    """The parameters with both moments of their gradients, and the number of steps taken."""

    parameters: dict[str, Tensor]
    first_moment: dict[str, Tensor]
    second_moment: dict[str, Tensor]
    step: int


def adam_step(state: AdamState, grads: dict[str, Tensor], settings: AdamSettings) -> None:
    """Update parameters and moments in place; source: Kingma & Ba 2014, algorithm 1."""
    state.step += 1
    rate = settings.learning_rate / (1 - settings.beta1**state.step)
    correction = 1 / sqrt(1 - settings.beta2**state.step)
    for name, grad in grads.items():
        m, v = state.first_moment[name], state.second_moment[name]
        m.lerp_(grad, 1 - settings.beta1)
        v.mul_(settings.beta2).addcmul_(grad, grad, value=1 - settings.beta2)
        state.parameters[name].addcdiv_(m, v.sqrt().mul_(correction).add_(settings.epsilon), value=-rate)


def clip_by_global_norm(grads: dict[str, Tensor], clip_norm: float | None) -> dict[str, Tensor]:
    """Scale all gradients together so that their Euclidean norm is at most ``clip_norm`` (None: no bound)."""
    if clip_norm is None:
        return grads
    norm = torch.stack([grad.square().sum() for grad in grads.values()]).sum().sqrt()
    scale = torch.clamp(clip_norm / (norm + CLIP_EPSILON), max=1.0)
    return {name: grad * scale for name, grad in grads.items()}
