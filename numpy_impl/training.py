"""A training step of level 1."""

from dataclasses import replace

import numpy as np

from common.allocator import keep_freed_memory
from common.architecture import Architecture, check_parameters
from common.initial import Parameters
from common.objective import Loss, Objective
from common.optimizer import AdamSettings
from common.state import TrainingState
from numpy_impl.adam import adam_step, clip_by_global_norm
from numpy_impl.operations import Array
from numpy_impl.vae import value_and_grad


def asarray(array: Array, params: Parameters) -> Array:
    """Convert an array to the precision of the parameters."""
    return np.asarray(array, next(iter(params.values())).dtype)


def parameters(arrays: Parameters) -> Parameters:
    """Return the parameters: at this level they are NumPy arrays already."""
    return arrays


class NumpyLearner:
    """A run at level 1: parameters, moments and the training step."""

    def __init__(self, state: TrainingState, adam: AdamSettings) -> None:
        self._state = _copy(state)
        self._adam = adam

    def step(self, x: Array, eps: Array, objective: Objective) -> Loss:
        """Take one step of Adam down the gradient of the objective."""
        params = self._state.parameters
        loss, grads = value_and_grad(params, asarray(x, params), asarray(eps, params), objective)
        self._state = adam_step(self._state, clip_by_global_norm(grads, self._adam.clip_norm), self._adam)
        return Loss(*map(float, loss))

    def state(self) -> TrainingState:
        """Return a copy of the state."""
        return _copy(self._state)


def start(architecture: Architecture, state: TrainingState, adam: AdamSettings) -> NumpyLearner:
    """Start or resume training from ``state``."""
    check_parameters(architecture, {name: value.shape for name, value in state.parameters.items()})
    keep_freed_memory()
    return NumpyLearner(state, adam)


def _copy(state: TrainingState) -> TrainingState:
    copies = (
        {name: value.copy() for name, value in group.items()}
        for group in (state.parameters, state.first_moment, state.second_moment)
    )
    return replace(state, **dict(zip(("parameters", "first_moment", "second_moment"), copies, strict=True)))
