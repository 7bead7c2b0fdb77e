"""The model of Kingma & Welling 2013 (arXiv 1312.6114): networks, estimators of the bound; its use is in `paper.aevb`.

Names are the paper's symbols: x has D pixels, z has J latents, a minibatch M images; L draws of z are made for each
image. Equation numbers stand beside the lines. All figures are in nats per image.
"""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Bernoulli, Normal

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from common.streams import Stream, normal

Likelihood = Literal["Bernoulli", "Gaussian"]

# Section 3 and appendix C: the model.


class BernoulliMLP(nn.Module):
    """Appendix C.1: log p(x | z) = sum_i x_i log y_i + (1 - x_i) log(1 - y_i), here by the logits of y."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.W1, self.W2 = nn.Linear(inputs, hidden), nn.Linear(hidden, outputs)

    def forward(self, z: Float[Tensor, "*n inputs"]) -> Float[Tensor, "*n outputs"]:
        """Return W2 tanh(W1 z + b1) + b2, of which y is the sigmoid."""
        return self.W2(torch.tanh(self.W1(z)))  # eq. 11


class GaussianMLP(nn.Module):
    """Appendix C.2: mu and log sigma^2 of a Gaussian."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.W3, self.W4, self.W5 = (nn.Linear(*ab) for ab in ((inputs, hidden), (hidden, outputs), (hidden, outputs)))

    def forward(self, z: Float[Tensor, "*n inputs"]) -> tuple[Float[Tensor, "*n outputs"], Float[Tensor, "*n outputs"]]:
        """Return mu = W4 h + b4 and log sigma^2 = W5 h + b5 with h = tanh(W3 z + b3)."""
        h = torch.tanh(self.W3(z))
        return self.W4(h), self.W5(h)  # eq. 12


class Model(nn.Module):
    """The encoder q_phi(z | x) and the decoder p_theta(x | z); p(z) = N(0, I)."""

    def __init__(
        self, D: int, hidden: int, latents: int, likelihood: Likelihood, initial_std: float = 0.1, seed: int = 0
    ) -> None:
        super().__init__()
        self.phi = GaussianMLP(D, hidden, latents)
        self.theta = {"Bernoulli": BernoulliMLP, "Gaussian": GaussianMLP}[likelihood](latents, hidden, D)
        for index, parameter in enumerate(self.parameters()):
            draw = normal(seed, Stream.INITIAL, index, tuple(parameter.shape))
            parameter.data.copy_(torch.from_numpy(initial_std * draw))

    def q(self, x: Float[Tensor, "M D"]) -> Normal:
        """Return q(z | x) = N(mu, sigma^2 I)."""
        mu, log_sigma2 = self.phi(x)
        return Normal(mu, (log_sigma2.clamp(LOGVAR_MIN, LOGVAR_MAX) / 2).exp(), validate_args=False)  # eq. 9

    def p(self, z: Float[Tensor, "*n J"]) -> Bernoulli | Normal:
        """Return p(x | z); the mean of a Gaussian passes a sigmoid, to lie in (0, 1) (section 5)."""
        if isinstance(self.theta, BernoulliMLP):
            return Bernoulli(logits=self.theta(z), validate_args=False)
        mu, log_sigma2 = self.theta(z)
        return Normal(mu.sigmoid(), (log_sigma2 / 2).exp(), validate_args=False)


# Section 2.3: the SGVB estimators of the lower bound, one value an image, for eps ~ N(0, I).


def log_weights(model: Model, x: Float[Tensor, "M D"], eps: Float[Tensor, "L M J"]) -> Float[Tensor, "L M"]:
    """Return log p(x, z) - log q(z | x) of every draw."""
    q = model.q(x)
    z = q.loc + q.scale * eps  # eq. 4
    log_p_z = Normal(0.0, 1.0, validate_args=False).log_prob(z).sum(-1)
    return model.p(z).log_prob(x).sum(-1) + log_p_z - q.log_prob(z).sum(-1)


def L_A(model: Model, x: Float[Tensor, "M D"], eps: Float[Tensor, "L M J"]) -> Float[Tensor, " M"]:  # noqa: N802
    """Estimate the bound by sampling all of it."""
    return log_weights(model, x, eps).mean(0)  # eq. 6


def L_B(model: Model, x: Float[Tensor, "M D"], eps: Float[Tensor, "L M J"]) -> Float[Tensor, " M"]:  # noqa: N802
    """Estimate the bound with its KL divergence integrated by hand."""
    q = model.q(x)
    z = q.loc + q.scale * eps  # eq. 4
    return -D_KL(q) + model.p(z).log_prob(x).sum(-1).mean(0)  # eq. 7; written out, eq. 10


def D_KL(q: Normal) -> Float[Tensor, " M"]:  # noqa: N802
    """Return the KL divergence from q(z | x) to N(0, I)."""
    return -0.5 * (1 + 2 * q.scale.log() - q.loc**2 - q.scale**2).sum(-1)  # appendix B
