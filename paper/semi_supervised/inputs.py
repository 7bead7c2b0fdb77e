"""What M2 takes for x: the pixels of an image, or its latents under M1 (Kingma et al. 2014, section 2.1)."""

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64, UInt8
from torch import Tensor

from common.streams import Stream
from paper.kit.draws import CPU, binary, noise

EVERY = slice(None)


class Pixels:
    """x is an image of 0 and 1, binarised anew at each draw; its mean are the grey levels."""

    def __init__(self, images: UInt8[np.ndarray, "N *image"], seed: int, device: torch.device = CPU) -> None:
        self._images, self._seed, self.device = images.reshape(len(images), -1), seed, device

    def __len__(self) -> int:
        return len(self._images)

    @property
    def D(self) -> int:  # noqa: N802
        """How many numbers x has."""
        return self._images.shape[1]

    def seeded(self, seed: int) -> "Pixels":
        """Return the same images, drawn by another seed."""
        return Pixels(self._images, seed, self.device)

    def first(self, n: int) -> "Pixels":
        """Return the first n images."""
        return Pixels(self._images[:n], self._seed, self.device)

    def draw(self, rows: Int64[np.ndarray, " n"], stream: Stream, index: int) -> Float[Tensor, "n D"]:
        """Draw x of some images."""
        return binary(self._images[rows], self._seed, stream, index, self.device)

    def mean(self, rows: slice | Int64[np.ndarray, " n"] = EVERY) -> Float[Tensor, "n D"]:
        """Return the mean of x."""
        return torch.from_numpy(self._images[rows] / np.float32(255)).to(self.device)


class Features:
    """x is z1 ~ q(z1 | image) of M1, sampled anew at each draw; latents that M1 does not use are left out."""

    def __init__(
        self, mu: Float[Tensor, "N z1"], logvar: Float[Tensor, "N z1"], used: Bool[Tensor, " z1"], seed: int
    ) -> None:
        self._mu, self._sigma, self._seed = mu[:, used], (logvar[:, used] / 2).exp(), seed

    def __len__(self) -> int:
        return len(self._mu)

    @property
    def D(self) -> int:  # noqa: N802
        """How many numbers x has."""
        return self._mu.shape[1]

    def draw(self, rows: Int64[np.ndarray, " n"], stream: Stream, index: int) -> Float[Tensor, "n D"]:
        """Draw z1 of some images."""
        eps = noise(self._seed, stream, index, (len(rows), self.D), self._mu.device)
        chosen = torch.tensor(rows, device=eps.device)
        return self._mu[chosen] + self._sigma[chosen] * eps

    def mean(self, rows: slice | Int64[np.ndarray, " n"] = EVERY) -> Float[Tensor, "n D"]:
        """Return the mean of z1."""
        return self._mu[rows if isinstance(rows, slice) else torch.tensor(rows, device=self._mu.device)]
