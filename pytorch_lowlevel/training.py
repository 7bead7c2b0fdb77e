"""A training step of level 2."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from common.architecture import Architecture, check_parameters
from common.objective import Loss, Objective
from common.optimizer import AdamSettings
from common.state import TrainingState
from pytorch_lowlevel.adam import AdamState, adam_step, clip_by_global_norm
from pytorch_lowlevel.vae import value_and_grad


def asarray(array: np.ndarray, params: dict[str, Tensor]) -> Tensor:
    """Convert a NumPy array to a tensor of the precision of the parameters."""
    return torch.as_tensor(array, dtype=next(iter(params.values())).dtype)


def parameters(arrays: dict[str, np.ndarray]) -> dict[str, Tensor]:
    """Copy NumPy arrays into tensors."""
    return {name: torch.tensor(value) for name, value in arrays.items()}


def training_step(
    state: AdamState,
    x: Float[Tensor, "batch channels height width"],
    eps: Float[Tensor, "batch latents"],
    objective: Objective,
    settings: AdamSettings,
) -> Loss:
    """Take one step of Adam down the gradient of the objective, clipped to ``settings.clip_norm``.

    The state is changed in place. The loss that comes back is the one before the step.
    """
    loss, grads = value_and_grad(state.parameters, x, eps, objective)
    adam_step(state, clip_by_global_norm(grads, settings.clip_norm), settings)
    return loss


class FunctionalLearner:
    """A run at level 2: parameters, moments and the training step."""

    def __init__(self, state: TrainingState, adam: AdamSettings) -> None:
        groups = (parameters(group) for group in (state.parameters, state.first_moment, state.second_moment))
        self._state = AdamState(*groups, step=state.step)
        self._adam = adam

    def step(self, x: np.ndarray, eps: np.ndarray, objective: Objective) -> Loss:
        """Take one step of Adam down the gradient of the objective."""
        params = self._state.parameters
        loss = training_step(self._state, asarray(x, params), asarray(eps, params), objective, self._adam)
        return Loss(*map(float, loss))

    def state(self) -> TrainingState:
        """Return a copy of the state as NumPy arrays."""
        state = self._state
        groups = (
            {name: value.numpy().copy() for name, value in group.items()}
            for group in (state.parameters, state.first_moment, state.second_moment)
        )
        return TrainingState(*groups, step=state.step)


def start(architecture: Architecture, state: TrainingState, adam: AdamSettings) -> FunctionalLearner:
    """Start or resume training from ``state``."""
    check_parameters(architecture, {name: value.shape for name, value in state.parameters.items()})
    return FunctionalLearner(state, adam)
