"""Everything that a training step changes."""

from dataclasses import dataclass

import numpy as np

from common.architecture import Architecture
from common.initial import Parameters, initial_parameters


@dataclass(frozen=True)
class TrainingState:
    """Everything that a training step changes, as NumPy arrays: what a checkpoint holds."""

    parameters: Parameters
    first_moment: Parameters
    second_moment: Parameters
    step: int


def initial_state(architecture: Architecture, seed: int, dtype: type[np.floating]) -> TrainingState:
    """Return the state before the first step: initial parameters, both of Adam's moments zero."""
    parameters = initial_parameters(architecture, seed, dtype)
    zeros = {name: np.zeros_like(value) for name, value in parameters.items()}
    return TrainingState(parameters, zeros, {name: value.copy() for name, value in zeros.items()}, step=0)
