"""A convolutional VAE of binary digits, whose networks have the sizes of its rivals'.

p(z) = N(0, I); p(x | z) is a product of Bernoullis; q(z | x) = N(mu, sigma^2). All figures are in nats per image.
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.kit.health import STANDARD
from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.bernoulli import log_likelihood
from paper.parts.blocks import convolutions, transposed_convolutions

Images = Float[Tensor, "n 1 28 28"]


class VAE(nn.Module):
    """Encoder and decoder, with batch norm: in ``eval`` mode an image has the same posterior in all company."""

    def __init__(self, channels: int, latents: int, seed: int) -> None:
        super().__init__()
        self.latents = latents
        self.encoder = convolutions(channels, 2 * latents)
        self.decoder = transposed_convolutions(latents, channels)
        draw_parameters(self, seed)

    def q(self, x: Images) -> Normal:
        """Return q(z | x)."""
        mu, logvar = widened(self.encoder(x)).chunk(2, dim=1)
        return Normal(mu, (logvar.clamp(LOGVAR_MIN, LOGVAR_MAX) / 2).exp(), validate_args=False)

    def logits(self, z: Float[Tensor, "n latents"]) -> Images:
        """Return the logit of every pixel."""
        return widened(self.decoder(z))

    def log_p(self, x: Images, z: Float[Tensor, "k n latents"]) -> Float[Tensor, "k n"]:
        """Return log p(x | z) of k codes of every image."""
        logits = self.logits(z.transpose(0, 1).flatten(0, 1)).reshape(len(x), len(z), -1)
        return log_likelihood(logits, x.flatten(1)).T

    def forward(self, x: Images, eps: Float[Tensor, "n latents"]) -> tuple[Float[Tensor, " n"], Float[Tensor, " n"]]:
        """Return -log p(x | z) of one code, and KL(q(z | x) || p(z)): their sum estimates the negative ELBO."""
        q = self.q(x)
        return -self.log_p(x, (q.loc + q.scale * eps)[None])[0], kl_divergence(q, STANDARD).sum(1)

    def log_weights(self, x: Images, eps: Float[Tensor, "k n latents"]) -> Float[Tensor, "k n"]:
        """Return log p(x, z) - log q(z | x) of k codes of every image."""
        q = self.q(x)
        z = q.loc + q.scale * eps
        return self.log_p(x, z) + (STANDARD.log_prob(z) - q.log_prob(z)).sum(-1)
