"""A trained VAE of any level behind NumPy arrays: what metrics, plots and commands work with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from common.data.images import require_image_shape, require_pixels
from common.initial import Parameters
from common.level import Level
from common.likelihood import likelihood_of
from common.objective import Elbo
from common.pixels import PIXELS, Pixels


@dataclass(frozen=True)
class Model:
    """The functions of a level, bound to parameters; NumPy in, NumPy out.

    Where images go in they must have ``image_shape``, and pixels from 0 to 1; all else is an `InvalidArgument`.
    """

    level: Level
    params: Any
    image_shape: tuple[int, int, int]
    latents: int

    @property
    def pixels(self) -> Pixels:
        """What its likelihood takes for the pixels of an image."""
        return PIXELS[likelihood_of(self.params)]

    def encode(self, x: np.ndarray) -> tuple[Float[np.ndarray, "batch latents"], Float[np.ndarray, "batch latents"]]:
        """Return mu and logvar of q(z | x)."""
        mu, logvar = self.level.encode(self.params, self._pixels(x))
        return _numpy(mu), _numpy(logvar)

    def elbo(self, x: np.ndarray, eps: np.ndarray) -> Elbo:
        """Return the ELBO estimate and its parts, means over the batch in nats per image."""
        return Elbo(*map(float, self.level.elbo(self.params, self._pixels(x), self._native(eps))))

    def log_weights(self, x: np.ndarray, eps: np.ndarray) -> Float[np.ndarray, "samples batch"]:
        """Return the log importance weights of every sample of every image."""
        return _numpy(self.level.log_weights(self.params, self._pixels(x), self._native(eps)))

    def sample(self, eps: np.ndarray) -> Float[np.ndarray, "batch channels height width"]:
        """Return mean images in [0, 1] for z = eps."""
        return _numpy(self.level.sample(self.params, self._native(eps), self.image_shape))

    def reconstruct(self, x: np.ndarray, eps: np.ndarray) -> Float[np.ndarray, "batch channels height width"]:
        """Return mean images in [0, 1] for z drawn from q(z | x)."""
        return _numpy(self.level.reconstruct(self.params, self._pixels(x), self._native(eps)))

    def _pixels(self, x: np.ndarray) -> Any:
        require_image_shape(x, self.image_shape, "x")
        require_pixels(x)
        return self._native(x)

    def _native(self, array: np.ndarray) -> Any:
        return self.level.asarray(array, self.params)


def bind(level: Level, parameters: Parameters, image_shape: tuple[int, int, int]) -> Model:
    """Return the model of a level with these parameters, given as NumPy arrays."""
    latents = len(parameters["encoder.mu.bias"])
    return Model(level, level.parameters(parameters), image_shape, latents)


def _numpy(array: Any) -> np.ndarray:
    return array if isinstance(array, np.ndarray) else array.cpu().numpy()
