"""Detectors of anomalous rows: what is learnt from rows that are taken as normal, and a score for every other row.

A detector sees standardised rows: each column minus its mean, over its standard deviation, both of the rows that it is
fitted to. The score of a row depends on that row alone, and the higher it is, the more anomalous the row.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.optim import Adam

from common.data.batches import batch_indices
from common.streams import Stream
from paper.kit.draws import noise, parts
from paper.kit.initial import draw_parameters
from paper.kit.steps import descend
from paper.vae.tabular import TabularVAE

HIDDEN = (64, 64)
STEPS, M = 3000, 128
STEP_SIZE, NOISE_STEP_SIZE = 1e-3, 1e-2
"""Adam moves a parameter by about its step size at each step; the logarithm of the noise has farther to go."""
SAMPLES = 20
FARTHEST = 1e6
"""Standard deviations; what lies farther out is taken to lie there, so that every score is a finite number."""
RIDGE = 1e-6
"""Added to all variances of standardised columns, so that a direction in which no row varies can be judged too."""

Rows = Float64[np.ndarray, "_n _columns"]
Scores = Float64[np.ndarray, " _n"]
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Scale:
    """Means and standard deviations of columns."""

    mean: Float64[np.ndarray, " columns"]
    deviation: Float64[np.ndarray, " columns"]

    @classmethod
    def of(cls, rows: Rows) -> "Scale":
        """Measure the columns of some rows; none may be constant."""
        return cls(rows.mean(axis=0), rows.std(axis=0))

    def apply(self, rows: Rows) -> Rows:
        """Return rows in these units."""
        return ((rows - self.mean) / self.deviation).clip(-FARTHEST, FARTHEST)


class Terms(NamedTuple):
    """Of every row, in means over z: -log p(x | z) and the KL in nats, and the squared error in variances."""

    reconstruction: Scores
    kl: Scores
    squared_error: Scores


class VAEDetector:
    """A VAE for tables with two hidden layers; the score is the negative ELBO, in nats."""

    def __init__(self, vae: TabularVAE) -> None:
        self.vae = vae

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> "VAEDetector":
        """Train on all rows for a fixed number of steps."""
        vae = _networks(rows.shape[1])
        draw_parameters(vae, seed)
        x, size = torch.from_numpy(rows).float(), min(M, len(rows))
        networks = [*vae.encoder.parameters(), *vae.decoder.parameters()]
        groups = [{"params": networks}, {"params": [vae.noise_logvar], "lr": NOISE_STEP_SIZE}]
        optimizer = Adam(groups, STEP_SIZE, fused=True)
        for step in range(STEPS):
            batch = x[batch_indices(seed, step, len(x), size).copy()]
            eps = noise(seed, Stream.NOISE, step, (size, vae.encoder.mu.out_features))
            descend(-vae.elbo(batch, eps).elbo, optimizer)
        return cls(vae)

    def score(self, rows: Rows) -> Scores:
        """Return -ELBO of every row, with the same samples of the noise for all rows."""
        terms = self.terms(rows)
        return terms.reconstruction + terms.kl

    @torch.no_grad()
    def terms(self, rows: Rows) -> Terms:
        """Return the parts of the score."""
        x = torch.from_numpy(rows).float()
        eps = noise(0, Stream.EVALUATION_NOISE, 0, (SAMPLES, self.vae.encoder.mu.out_features))
        found = [self._terms(x[chosen], eps) for _, chosen in parts(len(x), 4096)]
        return Terms(*(torch.cat(term).double().numpy() for term in zip(*found, strict=True)))

    def _terms(self, x: Float[Tensor, "n columns"], eps: Float[Tensor, "samples latents"]) -> tuple[Tensor, ...]:
        mu, logvar = self.vae.encode(x)
        p = self.vae.likelihood(mu + torch.exp(0.5 * logvar) * eps[:, None])
        kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)
        return -p.log_prob(x).sum(dim=-1).mean(dim=0), kl, (x - p.loc).square().sum(dim=-1).mean(dim=0)

    def arrays(self) -> Arrays:
        """Return the parameters by name."""
        return {name: value.numpy() for name, value in self.vae.state_dict().items()}

    @classmethod
    def restored(cls, arrays: Arrays) -> "VAEDetector":
        """Return the detector with these parameters."""
        vae = _networks(arrays["noise_logvar"].size)
        vae.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
        return cls(vae)


class MahalanobisDetector:
    """A Gaussian with a full covariance matrix; the score is the squared distance from its mean, in its own units."""

    def __init__(self, precision: Float64[np.ndarray, "columns columns"]) -> None:
        self.precision = precision

    @classmethod
    def fit(cls, rows: Rows, seed: int) -> "MahalanobisDetector":
        """Estimate the covariance of standardised rows, whose mean is 0; nothing is random."""
        return cls(np.linalg.inv(rows.T @ rows / len(rows) + RIDGE * np.eye(rows.shape[1])))

    def score(self, rows: Rows) -> Scores:
        """Return the squared Mahalanobis distance of every row."""
        return np.einsum("ni,ij,nj->n", rows, self.precision, rows, optimize=True)

    def arrays(self) -> Arrays:
        """Return the inverse of the covariance."""
        return {"precision": self.precision}

    @classmethod
    def restored(cls, arrays: Arrays) -> "MahalanobisDetector":
        """Return the detector with this matrix."""
        return cls(arrays["precision"])


Detector = VAEDetector | MahalanobisDetector

METHODS: dict[str, type[VAEDetector] | type[MahalanobisDetector]] = {
    "vae": VAEDetector,
    "mahalanobis": MahalanobisDetector,
}
"""What a user can choose from."""


def _networks(columns: int) -> TabularVAE:
    """Return the networks for so many columns: a third as many latents, but 2 at least and 8 at most."""
    return TabularVAE(columns, HIDDEN, min(8, max(2, columns // 3)))
