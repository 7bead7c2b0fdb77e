"""Adam and gradient clipping in NumPy."""

from collections.abc import Iterator
from math import sqrt

import numpy as np

from common.initial import Parameters
from common.optimizer import CLIP_EPSILON, AdamSettings
from common.state import TrainingState
from numpy_impl.operations import Array

BLOCK = 32_768
"""Numbers updated at a time: few enough for all temporaries of the update to stay in the processor's cache."""


def adam_step(state: TrainingState, grads: Parameters, settings: AdamSettings) -> TrainingState:
    """Update parameters and moments in place, and return the state one step on.

    ``state.step`` counts the steps before this one, and epsilon stands outside of the root. Source: Kingma & Ba 2014,
    algorithm 1.
    """
    step = state.step + 1
    rate = settings.learning_rate / (1 - settings.beta1**step)
    correction = 1 / sqrt(1 - settings.beta2**step)
    for name, grad in grads.items():
        arrays = state.parameters[name], grad, state.first_moment[name], state.second_moment[name]
        for theta, g, m, v in _blocks(*arrays):
            m += (1 - settings.beta1) * (g - m)
            v *= settings.beta2
            v += (1 - settings.beta2) * g * g
            theta -= rate * m / (np.sqrt(v) * correction + settings.epsilon)
    return TrainingState(state.parameters, state.first_moment, state.second_moment, step)


def clip_by_global_norm(grads: Parameters, clip_norm: float | None) -> Parameters:
    """Scale all gradients together so that their Euclidean norm is at most ``clip_norm`` (None: no bound)."""
    if clip_norm is None:
        return grads
    norm = sqrt(sum(float(np.vdot(grad, grad)) for grad in grads.values()))
    scale = min(1.0, clip_norm / (norm + CLIP_EPSILON))
    return {name: grad * scale for name, grad in grads.items()}


def _blocks(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    flat = [array.reshape(-1) for array in arrays]
    for start in range(0, flat[0].size, BLOCK):
        yield tuple(array[start : start + BLOCK] for array in flat)
