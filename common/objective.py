"""What is minimised, stated as data; each level turns it into arithmetic and gradients of its own."""

from dataclasses import dataclass
from math import isfinite
from typing import Any, NamedTuple

from common.errors import InvalidArgument

LOGVAR_MIN = -20.0
LOGVAR_MAX = 20.0
"""The encoder clamps log sigma^2 to this closed interval: sigma from 4.5e-5 to 2.2e4."""


class Elbo(NamedTuple):
    """The evidence lower bound and its two parts, means over the batch in nats per image.

    ``elbo = -(reconstruction + kl)`` with ``reconstruction = -E_q[log p(x | z)]``.
    """

    elbo: Any
    reconstruction: Any
    kl: Any


class Loss(NamedTuple):
    """What is minimised, and the parts of the ELBO beside it, in nats per image."""

    loss: Any
    reconstruction: Any
    kl: Any


@dataclass(frozen=True)
class BetaObjective:
    """``reconstruction + beta * sum_j max(free_bits, mean_b KL_bj)``.

    ``beta = 1`` and ``free_bits = 0`` is the negative ELBO. ``free_bits`` is in nats per latent, applied to
    the mean over the batch. Sources: Higgins et al. 2017, eq. 4; Kingma et al. 2016, eq. 15.
    """

    beta: float = 1.0
    free_bits: float = 0.0

    def __post_init__(self) -> None:
        _require_non_negative(beta=self.beta, free_bits=self.free_bits)


@dataclass(frozen=True)
class CapacityObjective:
    """``reconstruction + gamma * |mean KL - capacity|``; source: Burgess et al. 2018, eq. 8.

    ``capacity`` is in nats per image.
    """

    capacity: float
    gamma: float = 1000.0

    def __post_init__(self) -> None:
        _require_non_negative(capacity=self.capacity, gamma=self.gamma)


Objective = BetaObjective | CapacityObjective


def _require_non_negative(**values: float) -> None:
    for name, value in values.items():
        if not (isfinite(value) and value >= 0):
            raise InvalidArgument(name, value, "a finite number of at least 0")
