"""Plain hierarchies and ladders of three levels, trained with and without warm-up and batch norm.

All else is the same: images, minibatches, noise, step sizes. The last steps are small, so that a training ends at rest.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from torch.optim import Adam

from common.data import Split
from common.data.batches import batch_indices
from common.streams import Stream
from paper.kit.draws import binary, noise
from paper.kit.steps import descend, geometric
from paper.ladder_vae.model import Hierarchy, Ladder, Plain, elbo

DATA = "mnist"
SEEDS = (0, 1, 2)
STEPS, M = 1000, 100
STEP_SIZES = 2e-3, 1e-4
WARM_UP = 0.3
"""The share of all steps in which the weight of the KL rises from 0 to 1, on a line."""

LATENTS, HIDDEN = (16, 8, 4), (128, 64, 32)
"""From the data upwards."""


@dataclass(frozen=True)
class Way:
    """A model, and how it is trained."""

    kind: type[Hierarchy]
    warm_up: bool
    batch_norm: bool


HELP = {"neither": (False, False), "warm-up": (True, False), "batch norm": (False, True), "both": (True, True)}
KINDS = {"plain": Plain, "ladder": Ladder}
WAYS = {f"{name}, {which}": Way(kind, *used) for name, kind in KINDS.items() for which, used in HELP.items()}


def logged_steps() -> Int[np.ndarray, " logged"]:
    """Return about forty steps, the first and the last among them, by equal factors."""
    return np.unique(np.geomspace(1, STEPS, 50).round().astype(int))


class Trained:
    """A model after its training; ``kl`` are the nats of every level at the logged steps, means of a minibatch."""

    def __init__(self, way: Way, train: Split, seed: int) -> None:
        images = train.images[:]
        self.model = way.kind(LATENTS, HIDDEN, images, seed, batch_norm=way.batch_norm)
        optimizer, kl, noted = Adam(self.model.parameters(), fused=True), [], set(logged_steps())
        for step in range(STEPS):
            x = binary(images[batch_indices(seed, step, len(images), M)], seed, Stream.BINARIZE, step).flatten(1)
            log_p_x, kls = self.model(x, noise(seed, Stream.NOISE, step, (M, 1, sum(LATENTS))))
            beta = min(1.0, (step + 1) / (WARM_UP * STEPS)) if way.warm_up else 1.0
            descend(-elbo(log_p_x, kls, beta).mean(), optimizer, geometric(*STEP_SIZES, step / STEPS))
            if step + 1 in noted:
                kl.append(kls.detach().mean((1, 2)).numpy())
        self.kl = np.stack(kl)
        self.model.eval()
