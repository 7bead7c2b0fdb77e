"""A fully connected VAE for tables: columns of real numbers, a Gaussian likelihood, hidden layers of any number.

Kingma & Welling 2013, with a Gaussian decoder (appendix C.2) whose noise variance is one learnt number for every
column. Without hidden layers it is probabilistic PCA (Tipping & Bishop 1999), but for the noise, which is not the same
in all columns: factor analysis. The noise has a floor: without one, the density of a column that never changes, or that
the decoder can copy, would grow for ever. Figures are in nats per row.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from common.objective import LOGVAR_MAX, LOGVAR_MIN, Elbo

PRIOR = Normal(0.0, 1.0, validate_args=False)


def hidden_layers(widths: Sequence[int]) -> nn.Sequential:
    """Return linear layers from each width to the next, a ReLU after each; of a single width, nothing."""
    return nn.Sequential(*(part for ab in pairwise(widths) for part in (nn.Linear(*ab), nn.ReLU())))


class Encoder(nn.Module):
    """Hidden layers of the given widths, then mu and logvar of q(z | x)."""

    def __init__(self, inputs: int, hidden: Sequence[int], latents: int) -> None:
        super().__init__()
        self.hidden = hidden_layers((inputs, *hidden))
        last = (inputs, *hidden)[-1]
        self.mu, self.logvar = nn.Linear(last, latents), nn.Linear(last, latents)

    def forward(
        self, x: Float[Tensor, "batch inputs"]
    ) -> tuple[Float[Tensor, "batch latents"], Float[Tensor, "batch latents"]]:
        """Return mu and logvar."""
        h = self.hidden(x)
        return self.mu(h), self.logvar(h).clamp(LOGVAR_MIN, LOGVAR_MAX)


class Decoder(nn.Module):
    """The encoder's hidden layers in reverse, then a number for every output."""

    def __init__(self, latents: int, hidden: Sequence[int], outputs: int) -> None:
        super().__init__()
        widths = (latents, *reversed(hidden))
        self.hidden, self.out = hidden_layers(widths), nn.Linear(widths[-1], outputs)

    def forward(self, z: Float[Tensor, "*batch latents"]) -> Float[Tensor, "*batch outputs"]:
        """Return the outputs: means of a Gaussian, or logits."""
        return self.out(self.hidden(z))


class TabularVAE(nn.Module):
    """p(z) = N(0, I), p(x | z) = N(decoder(z), diag(exp(noise_logvar))), q(z | x) = N(mu, sigma^2) from encoder(x)."""

    def __init__(self, columns: int, hidden: Sequence[int], latents: int) -> None:
        super().__init__()
        self.encoder, self.decoder = Encoder(columns, hidden, latents), Decoder(latents, hidden, columns)
        self.noise_logvar = nn.Parameter(torch.zeros(columns))

    def encode(
        self, x: Float[Tensor, "batch columns"]
    ) -> tuple[Float[Tensor, "batch latents"], Float[Tensor, "batch latents"]]:
        """Return mu and logvar = log sigma^2 of q(z | x)."""
        return self.encoder(x)

    def likelihood(self, z: Float[Tensor, "*batch latents"]) -> Normal:
        """Return p(x | z), column by column; the noise is cut off where `LOGVAR_MIN` is, a deviation of 4.5e-5."""
        noise_logvar = self.noise_logvar.clamp(min=LOGVAR_MIN)
        return Normal(self.decoder(z), torch.exp(0.5 * noise_logvar), validate_args=False)

    def forward(
        self, x: Float[Tensor, "batch columns"], eps: Float[Tensor, "batch latents"]
    ) -> tuple[Float[Tensor, " batch"], Float[Tensor, "batch latents"]]:
        """Return log p(x | z) for z = mu + sigma eps, and the KL of every latent of every row."""
        posterior = self._posterior(x)
        z = posterior.loc + posterior.scale * eps
        return self.likelihood(z).log_prob(x).sum(dim=-1), kl_divergence(posterior, PRIOR)

    def elbo(self, x: Float[Tensor, "batch columns"], eps: Float[Tensor, "batch latents"]) -> Elbo:
        """Estimate the evidence lower bound with one sampled z a row (Kingma & Welling 2013, eq. 7)."""
        log_likelihood, kl = self(x, eps)
        reconstruction, kl = -log_likelihood.mean(), kl.sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)

    def log_weights(
        self, x: Float[Tensor, "batch columns"], eps: Float[Tensor, "samples batch latents"]
    ) -> Float[Tensor, "samples batch"]:
        """Return log w = log p(x | z) + log p(z) - log q(z | x) (Burda et al. 2015, eq. 8)."""
        posterior = self._posterior(x)
        z = posterior.loc + posterior.scale * eps
        log_ratio = PRIOR.log_prob(z) - posterior.log_prob(z)
        return self.likelihood(z).log_prob(x).sum(dim=-1) + log_ratio.sum(dim=-1)

    def sample(
        self, eps: Float[Tensor, "batch latents"], noise: Float[Tensor, "batch columns"]
    ) -> Float[Tensor, "batch columns"]:
        """Return rows x drawn from p(x | z) for z = eps: the mean of every column, and its noise."""
        likelihood = self.likelihood(eps)
        return likelihood.loc + likelihood.scale * noise

    def _posterior(self, x: Float[Tensor, "batch columns"]) -> Normal:
        mu, logvar = self.encode(x)
        return Normal(mu, torch.exp(0.5 * logvar), validate_args=False)
