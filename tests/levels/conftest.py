from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from common.architecture import Architecture
from common.initial import Parameters
from common.objective import Objective


@dataclass(frozen=True)
class Case:
    """Parameters and a batch, in NumPy, that any level can be asked about."""

    architecture: Architecture
    params: Parameters
    x: np.ndarray
    eps: np.ndarray

    def native(self, level: ModuleType) -> tuple[Any, Any, Any]:
        params = level.parameters({name: value.copy() for name, value in self.params.items()})
        return params, level.asarray(self.x, params), level.asarray(self.eps, params)

    def value_and_grad(self, level: ModuleType, objective: Objective) -> tuple[dict[str, Any], Mapping[str, Any]]:
        loss, grads = level.value_and_grad(*self.native(level), objective)
        return loss._asdict(), grads

    def mean_kl(self, level: ModuleType) -> np.ndarray:
        """The KL of every latent, a mean over the batch, written here once more."""
        params, x, _ = self.native(level)
        mu, logvar = (np.asarray(part) for part in level.encode(params, x))
        return (0.5 * (mu**2 + np.exp(logvar) - 1 - logvar)).mean(axis=0)


@pytest.fixture(scope="session")
def make_case(random_parameters) -> Callable[..., Case]:
    def make(architecture: Architecture, seed: int, dtype: type = np.float64) -> Case:
        rng = np.random.default_rng(1000 + seed)
        batch = int(rng.choice([2, 3, 5, 7]))
        grey = rng.random((batch, *architecture.image_shape))
        x = {"bernoulli": grey.round(), "gaussian": grey}[architecture.likelihood].astype(dtype)
        eps = rng.standard_normal((batch, architecture.latents)).astype(dtype)
        return Case(architecture, random_parameters(architecture, seed, dtype), x, eps)

    return make


@pytest.fixture(params=range(8))
def case(request: pytest.FixtureRequest, architectures, make_case) -> Case:
    return make_case(architectures[request.param], request.param)
