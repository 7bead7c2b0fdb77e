"""The label-conditional VAE: where the label goes, networks and bound; their use is in `paper.cvae`.

x is an image of 0 and 1, y its class, z the latents, eps ~ N(0, I) their noise. Figures are in nats per image.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn, relu
from torch.distributions import Bernoulli, Normal, kl_divergence
from torch.nn import functional as F

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.judge.classifier import CLASSES
from paper.kit.initial import draw_parameters
from paper.kit.precision import widened

# Where the label goes.


def one_hot(labels: Int[Tensor, " batch"], classes: int) -> Float[Tensor, "batch classes"]:
    """Return a row for every label y, with 1 at index y and 0 elsewhere; labels count from 0."""
    return F.one_hot(labels, classes).to(torch.get_default_dtype())


def condition(
    x: Float[Tensor, "batch *shape"], labels: Int[Tensor, " batch"], classes: int
) -> Float[Tensor, "batch features"]:
    """Return [x, y]: all numbers of an image (or of its z) in one row, and behind them its label, one-hot.

    The input of a fully connected encoder q(z | x, y) or decoder p(x | y, z); source: Kingma et al. 2014, section 2.
    """
    return torch.cat([x.flatten(1), one_hot(labels, classes).to(x.dtype)], dim=1)


def condition_channels(
    x: Float[Tensor, "batch channels height width"], labels: Int[Tensor, " batch"], classes: int
) -> Float[Tensor, "batch channels_and_classes height width"]:
    """Return [x, y] as channels: those of the image, and behind them a constant plane for every class.

    The plane of the image's own class is 1 at all pixels, the others are 0. The input of a convolutional encoder
    q(z | x, y).
    """
    planes = one_hot(labels, classes).to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
    return torch.cat([x, planes], dim=1)


# The model.


class ConditionalMLP(nn.Module):
    """Two hidden layers of ReLU units and a linear one, each of which sees the label beside its input."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        sizes = ((inputs, hidden), (hidden, hidden), (hidden, outputs))
        self.layers = nn.ModuleList([nn.Linear(before + CLASSES, after) for before, after in sizes])

    def forward(self, h: Float[Tensor, "M inputs"], y: Int[Tensor, " M"]) -> Float[Tensor, "M outputs"]:
        """Return the last layer's output."""
        *hidden, last = self.layers
        for layer in hidden:
            h = relu(layer(condition(h, y, CLASSES)))
        return widened(last(condition(h, y, CLASSES)))


class Model(nn.Module):
    """q(z | x, y) = N(mu, sigma^2), p(x | y, z) Bernoulli, p(z) = N(0, I)."""

    def __init__(self, D: int, hidden: int, latents: int, seed: int = 0) -> None:
        super().__init__()
        self.encoder = ConditionalMLP(D, hidden, 2 * latents)
        self.decoder = ConditionalMLP(latents, hidden, D)
        draw_parameters(self, seed)

    def q(self, x: Float[Tensor, "M D"], y: Int[Tensor, " M"]) -> Normal:
        """Return q(z | x, y)."""
        mu, logvar = self.encoder(x, y).chunk(2, -1)
        return Normal(mu, (logvar.clamp(LOGVAR_MIN, LOGVAR_MAX) / 2).exp(), validate_args=False)

    def p(self, y: Int[Tensor, " M"], z: Float[Tensor, "M J"]) -> Bernoulli:
        """Return p(x | y, z)."""
        return Bernoulli(logits=self.decoder(z, y), validate_args=False)


PRIOR = Normal(0.0, 1.0, validate_args=False)


def L(  # noqa: N802
    model: Model, x: Float[Tensor, "M D"], y: Int[Tensor, " M"], eps: Float[Tensor, "M J"], beta: float = 1.0
) -> Float[Tensor, " M"]:
    """Estimate E_q[log p(x | y, z)] - beta KL(q(z | x, y) to p(z)) with one z an image.

    With beta = 1 this is a lower bound of log p(x | y). The bound of log p(x, y), which the paper writes down, is lower
    by log 10: the classes are equally probable.
    """
    q = model.q(x, y)
    z = q.loc + q.scale * eps
    return model.p(y, z).log_prob(x).sum(-1) - beta * kl_divergence(q, PRIOR).sum(-1)


def log_weights(
    model: Model, x: Float[Tensor, "M D"], y: Int[Tensor, " M"], eps: Float[Tensor, "S M J"]
) -> Float[Tensor, "S M"]:
    """Return log p(x | y, z) + log p(z) - log q(z | x, y) of S draws for each image."""
    q = model.q(x, y)
    z = q.loc + q.scale * eps
    p = model.p(y.repeat(len(eps)), z.flatten(0, 1))
    log_p_x = p.log_prob(x.repeat(len(eps), 1)).sum(-1).unflatten(0, eps.shape[:2])
    return log_p_x + (PRIOR.log_prob(z) - q.log_prob(z)).sum(-1)


@torch.no_grad()
def generate(model: Model, y: Int[Tensor, " n"], eps: Float[Tensor, "n J"]) -> Float[Tensor, "n D"]:
    """Return the mean image of p(x | y, z) for every class y that is asked for, with z = eps ~ N(0, I)."""
    return model.p(y, eps).mean
