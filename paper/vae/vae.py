"""Level 3: the variational autoencoder as a module, with `torch.distributions` for the probabilities.

Kingma & Welling 2013, "Auto-Encoding Variational Bayes", with the networks that all three levels share; the
paper's own network and protocol are in `paper.aevb`. Figures are in nats per image.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from common.architecture import MLP, Architecture
from common.objective import Elbo
from paper.vae.likelihood import LIKELIHOODS
from paper.vae.networks import ConvDecoder, ConvEncoder, MLPDecoder, MLPEncoder

PIXELS = (-3, -2, -1)
PRIOR = Normal(0.0, 1.0, validate_args=False)


class VAE(nn.Module):
    """p(z) = N(0, I), p(x | z) = likelihood(decoder(z)), q(z | x) = N(mu, sigma^2) from encoder(x)."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        if isinstance(architecture, MLP):
            self.encoder, self.decoder = MLPEncoder(architecture), MLPDecoder(architecture)
        else:
            self.encoder, self.decoder = ConvEncoder(architecture), ConvDecoder(architecture)
        self.likelihood = LIKELIHOODS[architecture.likelihood]()

    def encode(
        self, x: Float[Tensor, "batch channels height width"]
    ) -> tuple[Float[Tensor, "batch latents"], Float[Tensor, "batch latents"]]:
        """Return mu and logvar = log sigma^2 of q(z | x)."""
        return self.encoder(x)

    def decode(self, z: Float[Tensor, "batch latents"]) -> Float[Tensor, "batch channels height width"]:
        """Return the logits of p(x | z), whose sigmoid is E[x | z]."""
        return self.decoder(z)

    def forward(
        self, x: Float[Tensor, "batch channels height width"], eps: Float[Tensor, "batch latents"]
    ) -> tuple[Float[Tensor, " batch"], Float[Tensor, "batch latents"]]:
        """Return log p(x | z) for z = mu + sigma eps, and the KL of every latent of every image."""
        posterior = _normal(*self.encode(x))
        z = posterior.loc + posterior.scale * eps
        log_likelihood = self.likelihood(self.decode(z)).log_prob(x).sum(dim=PIXELS)
        return log_likelihood, kl_divergence(posterior, PRIOR)

    def elbo(self, x: Float[Tensor, "batch channels height width"], eps: Float[Tensor, "batch latents"]) -> Elbo:
        """Estimate the evidence lower bound with one sampled z an image (eq. 10)."""
        log_likelihood, kl = self(x, eps)
        reconstruction, kl = -log_likelihood.mean(), kl.sum(dim=1).mean()
        return Elbo(-(reconstruction + kl), reconstruction, kl)

    def log_weights(
        self, x: Float[Tensor, "batch channels height width"], eps: Float[Tensor, "samples batch latents"]
    ) -> Float[Tensor, "samples batch"]:
        """Return log w = log p(x | z) + log p(z) - log q(z | x) (Burda et al. 2015, eq. 8)."""
        posterior = _normal(*self.encode(x))
        z = posterior.loc + posterior.scale * eps
        logits = self.decode(z.flatten(0, 1)).unflatten(0, z.shape[:2])
        log_ratio = PRIOR.log_prob(z) - posterior.log_prob(z)
        return self.likelihood(logits).log_prob(x.expand_as(logits)).sum(dim=PIXELS) + log_ratio.sum(dim=-1)

    def sample(self, eps: Float[Tensor, "batch latents"]) -> Float[Tensor, "batch channels height width"]:
        """Return the mean images E[x | z] for z = eps drawn from the prior."""
        return self.likelihood(self.decode(eps)).mean

    def reconstruct(
        self, x: Float[Tensor, "batch channels height width"], eps: Float[Tensor, "batch latents"]
    ) -> Float[Tensor, "batch channels height width"]:
        """Return the mean images E[x | z] for z drawn from q(z | x)."""
        posterior = _normal(*self.encode(x))
        return self.sample(posterior.loc + posterior.scale * eps)


def _normal(mu: Tensor, logvar: Tensor) -> Normal:
    return Normal(mu, torch.exp(0.5 * logvar), validate_args=False)
