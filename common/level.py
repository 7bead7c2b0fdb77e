"""The three levels by name, and what each of them offers under the same names."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np

from common.architecture import Architecture
from common.errors import InvalidArgument
from common.initial import Parameters
from common.objective import Elbo, Loss, Objective
from common.optimizer import AdamSettings
from common.state import TrainingState

LEVELS = {"numpy": "numpy_impl", "lowlevel": "pytorch_lowlevel", "paper": "paper.vae.level"}


@runtime_checkable
class Learner(Protocol):
    """A VAE in training."""

    def step(self, x: np.ndarray, eps: np.ndarray, objective: Objective) -> Loss:
        """Update the parameters once from a batch; return the loss and its parts as Python floats."""
        ...

    def state(self) -> TrainingState:
        """Return a copy of the state as NumPy arrays."""
        ...


@runtime_checkable
class Level(Protocol):
    """The functions of a level. ``params`` and arrays are the level's own: NumPy arrays or torch tensors."""

    def asarray(self, array: np.ndarray, params: Mapping[str, Any]) -> Any:
        """Convert a NumPy array to the level's own kind, in the precision and place of ``params``."""
        ...

    def parameters(self, arrays: Parameters) -> Mapping[str, Any]:
        """Convert parameters from NumPy."""
        ...

    def start(self, architecture: Architecture, state: TrainingState, adam: AdamSettings) -> Learner:
        """Start or resume training."""
        ...

    def encode(self, params: Any, x: Any) -> tuple[Any, Any]:
        """Return mu and logvar, (batch, latents) each."""
        ...

    def reparameterize(self, mu: Any, logvar: Any, eps: Any) -> Any:
        """Return z = mu + exp(logvar / 2) eps."""
        ...

    def decode(self, params: Any, z: Any, image_shape: tuple[int, ...]) -> Any:
        """Return logits, (batch, *image_shape)."""
        ...

    def elbo(self, params: Any, x: Any, eps: Any) -> Elbo:
        """Return the ELBO estimate and its parts, means over the batch."""
        ...

    def log_weights(self, params: Any, x: Any, eps: Any) -> Any:
        """Return log importance weights, (samples, batch), for eps of shape (samples, batch, latents)."""
        ...

    def value_and_grad(self, params: Any, x: Any, eps: Any, objective: Objective) -> tuple[Loss, Mapping[str, Any]]:
        """Return the loss and the gradient of every parameter."""
        ...

    def sample(self, params: Any, eps: Any, image_shape: tuple[int, ...]) -> Any:
        """Return mean images for z = eps."""
        ...

    def reconstruct(self, params: Any, x: Any, eps: Any) -> Any:
        """Return mean images for z drawn from q(z | x)."""
        ...


def open_level(name: str) -> Level:
    """Import a level by its name; level 1 runs without torch.

    Raises
    ------
    InvalidArgument
        If there is no level of this name.
    """
    if name not in LEVELS:
        raise InvalidArgument("level", repr(name), f"one of {', '.join(LEVELS)}")
    return cast(Level, import_module(LEVELS[name]))
