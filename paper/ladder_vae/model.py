"""The models of Sonderby et al. 2016 (arXiv 1602.02282): one generative model, and two ways to infer its latents.

Names are the paper's symbols: z_1 stands next to x and z_L at the top, p generates, q infers. Lists run from the data
upwards, so z[0] is z_1. Arrays have the shape (M, k, numbers), k samples for each of M images. Figures are in nats.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.bernoulli import log_likelihood

LOG_2PI = float(np.log(2 * np.pi))
SMALLEST_VARIANCE = 1e-4

Sizes = Sequence[int]
Images = UInt8[np.ndarray, "N 1 h w"]


class Gaussian(NamedTuple):
    """N(mu, exp(logvar)), every number by itself."""

    mu: Tensor
    logvar: Tensor

    def at(self, eps: Tensor) -> Tensor:
        """Return the sample that eps ~ N(0, I) makes."""
        return self.mu + (self.logvar / 2).exp() * eps

    def log_density(self, z: Tensor) -> Tensor:
        """Return log N(z; mu, exp(logvar)), summed over the numbers."""
        return -((z - self.mu).square() / self.logvar.exp() + self.logvar + LOG_2PI).sum(-1) / 2


def merged(a: Gaussian, b: Gaussian) -> Gaussian:
    """Return the product of two densities, normalised: precisions add up, and weigh the means."""
    share = (b.logvar - a.logvar).sigmoid()  # a's part of the precision
    return Gaussian(b.mu + share * (a.mu - b.mu), -torch.logaddexp(-a.logvar, -b.logvar))


def kl(q: Gaussian, p: Gaussian) -> Tensor:
    """Return KL(q || p), summed over the numbers."""
    ratio = (q.logvar - p.logvar).exp() + (q.mu - p.mu).square() / p.logvar.exp()
    return (ratio - 1 + p.logvar - q.logvar).sum(-1) / 2


class Level(NamedTuple):
    """A sample of a level, the q that it came from, and its prior p, which the level above decides."""

    z: Float[Tensor, "M k latents"]
    q: Gaussian
    p: Gaussian


class MLP(nn.Sequential):
    """d(y): two hidden layers of leaky rectifiers, with batch norm or without."""

    def __init__(self, inputs: int, units: int, *, batch_norm: bool) -> None:
        norm = nn.BatchNorm1d if batch_norm else nn.Identity
        layers = [(nn.Linear(n, units, bias=not batch_norm), norm(units), nn.LeakyReLU()) for n in (inputs, units)]
        super().__init__(*layers[0], *layers[1])

    def forward(self, y: Float[Tensor, "M k inputs"]) -> Float[Tensor, "M k units"]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the hidden units; the samples of all images are one batch to the norm."""
        return super().forward(y.flatten(0, 1)).unflatten(0, y.shape[:2])


class Head(nn.Module):
    """N(mu(d), sigma^2(d)): a linear function, and the softplus of another."""

    def __init__(self, units: int, latents: int) -> None:
        super().__init__()
        self.mu, self.sigma2 = nn.Linear(units, latents), nn.Linear(units, latents)

    def forward(self, d: Float[Tensor, "M k units"]) -> Gaussian:
        """Return the distribution, in the precision of float32 at least."""
        logvar = (F.softplus(widened(self.sigma2(d))) + SMALLEST_VARIANCE).log()
        return Gaussian(widened(self.mu(d)), logvar)


class Hierarchy(nn.Module):
    """p(x, z) = p(x | z_1) p(z_1 | z_2) ... p(z_L), with the networks of q; what subclasses add is how q uses them.

    ``latents`` are the numbers of z_1 to z_L, ``hidden`` the units of the networks beside them, for q and for p.
    """

    carried: Literal["latents", "hidden"]
    """What q's networks carry to the level above: the sample, or hidden units."""

    def __init__(
        self, latents: Sizes, hidden: Sizes, images: Images, seed: int = 0, *, batch_norm: bool = True
    ) -> None:
        super().__init__()
        self.latents = tuple(latents)
        inputs = (images[0].size, *{"latents": latents, "hidden": hidden}[self.carried][:-1])
        self.up = nn.ModuleList(MLP(n, units, batch_norm=batch_norm) for n, units in zip(inputs, hidden, strict=True))
        self.q = nn.ModuleList(map(Head, hidden, latents))
        down = [MLP(n, units, batch_norm=batch_norm) for n, units in zip(latents, hidden, strict=True)]
        self.p = nn.ModuleList(map(nn.Sequential, down[1:], map(Head, hidden[1:], latents)))
        mean = torch.from_numpy(images.mean(axis=0).ravel() / 255).clamp(0.001, 0.999)
        logits = nn.Linear(hidden[0], len(mean))
        self.x = nn.Sequential(down[0], logits)
        draw_parameters(self, seed)
        logits.bias.data.copy_(mean.logit())

    def infer(self, x: Float[Tensor, "M D"], eps: Float[Tensor, "M k noise"]) -> list[Level]:
        """Return all levels, from the data upwards, for eps ~ N(0, I) of all of them side by side."""
        raise NotImplementedError

    def kl_of_levels(self, levels: Sequence[Level]) -> Float[Tensor, "levels M k"]:
        """Return the KL of every level, or an estimate by its sample where there is no formula."""
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "M D"], eps: Float[Tensor, "M k noise"]) -> tuple[Tensor, Tensor]:
        """Return log p(x | z_1), shape (M, k), and the KL of every level, shape (levels, M, k)."""
        levels = self.infer(x, eps)
        return log_likelihood(self.x(levels[0].z), x), self.kl_of_levels(levels)

    def log_weights(self, x: Float[Tensor, "M D"], eps: Float[Tensor, "M k noise"]) -> Float[Tensor, "M k"]:
        """Return log w = log p(x, z) - log q(z | x) of every sample."""
        levels = self.infer(x, eps)
        return log_likelihood(self.x(levels[0].z), x) - sum(map(log_ratio, levels))

    def generate(self, eps: Float[Tensor, "n noise"], temperature: float = 1.0) -> Float[Tensor, "n D"]:
        """Return the mean image of a sample of p for each eps; the temperature multiplies all standard deviations."""
        *below, z = (temperature * eps[:, None]).split(self.latents, dim=-1)
        for p, noise in zip(reversed(self.p), reversed(below), strict=True):
            z = p(z).at(noise)
        return widened(self.x(z))[:, 0].sigmoid()


class Plain(Hierarchy):
    """A hierarchical VAE, whose q climbs from sample to sample: q(z_1 | x) q(z_2 | z_1) ... q(z_L | z_L-1)."""

    carried = "latents"

    def infer(self, x: Float[Tensor, "M D"], eps: Float[Tensor, "M k noise"]) -> list[Level]:
        """Sample from the data upwards."""
        q, z, below = [], [], x[:, None]
        for up, head, noise in zip(self.up, self.q, eps.split(self.latents, dim=-1), strict=True):
            q.append(head(up(below)))
            below = q[-1].at(noise)
            z.append(below)
        p = [given_above(above) for given_above, above in zip(self.p, z[1:], strict=True)]
        return list(map(Level, z, q, [*p, standard(x)]))

    def kl_of_levels(self, levels: Sequence[Level]) -> Float[Tensor, "levels M k"]:
        """Estimate all but the top one by their samples: z_i+1, on which p(z_i | z_i+1) depends, was made of z_i."""
        *lower, top = levels
        return torch.stack([*map(log_ratio, lower), kl(top.q, top.p)])


class Ladder(Hierarchy):
    """A ladder VAE: deterministic on its way up, and sampled on its way down, where q corrects p by what x says."""

    carried = "hidden"

    def evidence(self, x: Float[Tensor, "M D"]) -> list[Gaussian]:
        """Return what x says of every level: N(mu_hat_i, sigma_hat_i^2), of d_i = MLP(d_i-1) with d_0 = x."""
        d, found = x[:, None], []
        for up, head in zip(self.up, self.q, strict=True):
            d = up(d)
            found.append(head(d))
        return found

    def infer(self, x: Float[Tensor, "M D"], eps: Float[Tensor, "M k noise"]) -> list[Level]:
        """Sample from the top downwards: each q is what x says merged with what the level above expects."""
        *below, top = zip(self.evidence(x), eps.split(self.latents, dim=-1), strict=True)
        levels = [Level(top[0].at(top[1]), top[0], standard(x))]
        for given_above, (hat, noise) in zip(reversed(self.p), reversed(below), strict=True):
            p = given_above(levels[0].z)
            q = merged(hat, p)
            levels.insert(0, Level(q.at(noise), q, p))
        return levels

    def kl_of_levels(self, levels: Sequence[Level]) -> Float[Tensor, "levels M k"]:
        """Return them by the formula: q and p of a level depend on the levels above alone."""
        return torch.stack([kl(level.q, level.p).expand(level.z.shape[:2]) for level in levels])


def log_ratio(level: Level) -> Float[Tensor, "M k"]:
    """Return log q(z) - log p(z) at the sample: in expectation the KL."""
    return level.q.log_density(level.z) - level.p.log_density(level.z)


def standard(like: Tensor) -> Gaussian:
    """Return N(0, I) for the top level."""
    return Gaussian(like.new_zeros(()), like.new_zeros(()))


def elbo(log_p_x: Float[Tensor, "M k"], kls: Float[Tensor, "levels M k"], beta: float = 1.0) -> Float[Tensor, "M k"]:
    """Return log p(x | z_1) - beta times the sum of all KLs; beta is below 1 while training warms up only."""
    return log_p_x - beta * kls.sum(0)
