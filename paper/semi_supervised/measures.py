"""What is measured of the models of `paper.semi_supervised`, one value an image."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from sklearn.svm import SVC
from torch import Tensor
from torch.distributions import Normal

from common.data import Split
from common.streams import Stream
from paper.kit.draws import noise, parts
from paper.semi_supervised.inputs import Pixels
from paper.semi_supervised.model import EVERY_CLASS, M1, M2, U, kl

Classify = Callable[[Float[Tensor, "n D"]], Int64[np.ndarray, " n"]]
"""From inputs, pixels or features, to the class of each."""


@dataclass(frozen=True)
class Trained:
    """What was trained: M1 and which of its latents are used, M2, or both."""

    m1: M1 | None
    used: Bool[Tensor, " z1"] | None
    m2: M2 | None

    def cpu(self) -> "Trained":
        """Return the same on the CPU."""
        return Trained(
            self.m1 and self.m1.cpu(), None if self.used is None else self.used.cpu(), self.m2 and self.m2.cpu()
        )

    def bound(
        self, x: Float[Tensor, "n D"], eps1: Float[Tensor, "n z1"], eps2: Float[Tensor, "n z2"]
    ) -> Float[Tensor, " n"]:
        """Estimate a lower bound of log p(x), in nats per image."""
        if self.m1 is None:
            assert self.m2 is not None
            return -U(self.m2.L(x, EVERY_CLASS.to(x), eps2), self.m2.log_q_y(x))
        if self.m2 is None or self.used is None:
            return -self.m1.J(x, eps1)
        mu, logvar = self.m1.encode(x)
        z1 = mu + (logvar / 2).exp() * eps1
        features, q = z1[:, self.used], Normal(mu, (logvar / 2).exp(), validate_args=False)
        log_p_features = -U(self.m2.L(features, EVERY_CLASS.to(x), eps2), self.m2.log_q_y(features))
        log_q_features = q.log_prob(z1)[:, self.used].sum(1)
        return self.m1.log_p_x(x, z1) + log_p_features - log_q_features - kl(mu, logvar)[:, ~self.used].sum(1)


@torch.no_grad()
def bound(trained: Trained, pixels: Pixels, latents: tuple[int, int], seed: int) -> Float[np.ndarray, " n"]:
    """Estimate the lower bound of log p(x) of images, binarised once, with one sample of z1 and z2 of each."""
    values = []
    for index, rows in parts(len(pixels), 200):
        x = pixels.draw(np.arange(rows.start, rows.stop), Stream.EVALUATION_BINARIZE, index)
        eps1, eps2 = (
            noise(seed, Stream.EVALUATION_NOISE, 2 * index + part, (len(x), count), pixels.device)
            for part, count in enumerate(latents)
        )
        values.append(trained.bound(x, eps1, eps2))
    return torch.cat(values).cpu().double().numpy()


def correct(classify: Classify, x: Float[Tensor, "n D"], split: Split) -> Float[np.ndarray, " n"]:
    """Return 100 where the class found for x is the label, and 0 elsewhere; their mean is per cent."""
    assert split.labels is not None
    return 100.0 * (classify(x) == split.labels)


def support_vectors(
    features: Float[Tensor, "n z"],
    labels: Int64[np.ndarray, " n"],
    validation: Float[Tensor, "n_v z"],
    split: Split,
) -> Classify:
    """Fit machines with Gaussian kernels to the labelled images; return the one that is best on validation images."""
    machines = [SVC(C=C).fit(features.cpu().numpy(), labels) for C in (1.0, 10.0, 100.0)]
    found = [lambda x, machine=machine: machine.predict(x.cpu().numpy()) for machine in machines]
    return max(found, key=lambda classify: correct(classify, validation, split).mean())


@torch.no_grad()
def most_probable(model: M2, x: Float[Tensor, "n D"]) -> Int64[np.ndarray, " n"]:
    """Return the most probable class under q(y | x)."""
    return model.log_q_y(x).argmax(1).cpu().numpy()
