"""Spectral regularisation: a penalty on the largest singular value of every layer.

It bounds how much a layer can stretch what comes in, and with that how far KL(q to p) can move when x does. It is a
term of the loss, unlike spectral *normalisation*, which divides each weight by its singular value.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from common.streams import Stream, normal

FIRST = 20
"""Steps of the power iteration before the first penalty; later ones go on where the last has left."""


def power_iteration(
    W: Float[Tensor, "rows columns"], u: Float[Tensor, " rows"], steps: int = 1
) -> tuple[Float[Tensor, " rows"], Float[Tensor, " columns"]]:
    """Return u and v of length 1, closer with each step to the singular vectors of the largest singular value."""
    for _ in range(steps):
        u = F.normalize(W @ F.normalize(W.mT @ u, dim=0), dim=0)
    return u, F.normalize(W.mT @ u, dim=0)


class SpectralPenalty(nn.Module):
    """sum_i s_i over the convolutions and batch norms of a network, s_i = u^T W v the largest singular value.

    The weight of a convolution is taken as a matrix, (out, in k k), that of a batch norm as the diagonal one of its
    gains. A step of training changes W little, so u stays a good start for the next: it belongs to the state of a run.
    No gradient flows through u and v, and that of s is u v^T.
    """

    def __init__(self, network: nn.Module, seed: int) -> None:
        super().__init__()
        layers = [*network.modules()]
        self._weights = [layer.weight for layer in layers if isinstance(layer, nn.Conv2d)]
        self._gains = [layer.weight for layer in layers if isinstance(layer, nn.BatchNorm2d)]
        for index, weight in enumerate(self._weights):
            drawn = torch.from_numpy(normal(seed, Stream.INITIAL, 2**41 + index, (len(weight),)).astype(np.float32))
            u, _ = power_iteration(weight.detach().flatten(1), drawn.to(weight.device), FIRST)
            self.register_buffer(f"u{index}", u)

    def forward(self) -> Float[Tensor, ""]:
        """Take a step of every power iteration, and return the penalty."""
        values = [gain.abs().max() for gain in self._gains]
        for u, weight in zip(self.buffers(), self._weights, strict=True):
            W = weight.flatten(1)
            with torch.no_grad():
                new, v = power_iteration(W, u)
            u.copy_(new)
            values.append(torch.dot(new, W @ v))
        return torch.stack(values).sum()
