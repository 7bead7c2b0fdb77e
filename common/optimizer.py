"""The settings of Adam and of gradient clipping, the same at every level."""

from dataclasses import dataclass
from math import isfinite

from common.errors import InvalidArgument

CLIP_EPSILON = 1e-6
"""Gradients are scaled by min(1, clip_norm / (norm + CLIP_EPSILON)), as `torch.nn.utils.clip_grad_norm_` does."""


@dataclass(frozen=True)
class AdamSettings:
    """Adam with bias correction; source: Kingma & Ba 2014, algorithm 1.

    ``clip_norm`` bounds the Euclidean norm of all gradients together; None leaves them as they are.
    """

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    clip_norm: float | None = None

    def __post_init__(self) -> None:
        for name in ("learning_rate", "epsilon", "clip_norm"):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value > 0):
                raise InvalidArgument(name, value, "a finite number above 0")
        for name in ("beta1", "beta2"):
            if not 0 <= getattr(self, name) < 1:
                raise InvalidArgument(name, getattr(self, name), "a number of at least 0 and below 1")
