"""The game of a generator and a discriminator D: the two losses, and who learns from which.

D answers with a logit of "this is real". Source: Goodfellow et al. 2014 (arXiv 1406.2661), section 3.
"""

from collections.abc import Sequence
from math import log
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from common.errors import OperationFailed

CHANCE = 2 * log(2)
"""The loss of a discriminator that knows nothing: D = 1/2 for all."""

Logits = Float[Tensor, "*_n"]
Scalar = Float[Tensor, ""]


def discriminator_loss(real: Logits, *fakes: Logits) -> Scalar:
    """-log D(real) - log(1 - D(fake)), a mean over kinds of fakes: what the discriminator lowers (eq. 1)."""
    return F.softplus(-real).mean() + torch.stack([F.softplus(fake).mean() for fake in fakes]).mean()


def deception(*fakes: Logits) -> Scalar:
    """-log D(fake), a mean over kinds of fakes: what the generator lowers.

    log(1 - D(fake)), of equation 1, has hardly a gradient where D is sure.
    """
    return torch.stack([F.softplus(-fake).mean() for fake in fakes]).mean()


class Lesson(NamedTuple):
    """A loss, and the networks that learn from it."""

    loss: Scalar
    learners: Sequence[nn.Module]


class Taught(NamedTuple):
    """The lessons of a minibatch, and numbers for the log."""

    lessons: Sequence[Lesson]
    numbers: dict[str, Tensor]


def teach(lessons: Sequence[Lesson]) -> None:
    """Give every network the gradient of its own loss and of no other, all of them before any takes a step.

    Raises
    ------
    OperationFailed
        If a loss is not finite.
    """
    for loss, learners in lessons:
        if not loss.isfinite():
            raise OperationFailed(f"the loss became {loss.item()}.", "Lower --step-size.")
        parameters = [parameter for network in learners for parameter in network.parameters()]
        gradients = torch.autograd.grad(loss, parameters, retain_graph=True)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
