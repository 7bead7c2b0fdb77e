"""The mean-field VAE of github.com/altosaar/variational-autoencoder; its use is in `paper.altosaar`."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Normal

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.kit.initial import draw_parameters
from paper.parts.bernoulli import log_likelihood
from paper.parts.blocks import two_layers


class Model(nn.Module):
    """p(z) = N(0, I), p(x | z) = Bernoulli, q(z | x) = N(mu, sigma^2)."""

    def __init__(self, D: int, hidden: int, latents: int, seed: int = 0) -> None:
        super().__init__()
        self.q = nn.Sequential(*two_layers(D, hidden), nn.Linear(hidden, 2 * latents))
        self.p = nn.Sequential(*two_layers(latents, hidden), nn.Linear(hidden, D))
        draw_parameters(self, seed)

    def posterior(self, x: Float[Tensor, "M D"]) -> Normal:
        """Return q(z | x)."""
        mu, log_sigma2 = self.q(x).chunk(2, dim=1)
        return Normal(mu, (log_sigma2.clamp(LOGVAR_MIN, LOGVAR_MAX) / 2).exp(), validate_args=False)

    def forward(self, x: Float[Tensor, "M D"], eps: Float[Tensor, "M k latents"]) -> Float[Tensor, "M k"]:
        """Return log p(x | z) + log p(z) - log q(z | x) of every sample, estimates of the bound."""
        q = self.posterior(x)
        q = Normal(q.loc[:, None], q.scale[:, None], validate_args=False)
        z = q.loc + q.scale * eps
        log_ratio = Normal(0.0, 1.0, validate_args=False).log_prob(z) - q.log_prob(z)
        return log_likelihood(self.p(z), x) + log_ratio.sum(-1)
