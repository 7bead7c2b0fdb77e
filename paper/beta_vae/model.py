"""The networks of Higgins et al. 2017 for 2-D shapes, used in `paper.beta_vae`. Figures are in nats per image."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.kit.initial import draw_parameters


class Model(nn.Module):
    """The encoder q_phi(z | x) = N(mu, sigma^2 I) and the decoder p_theta(x | z), a Bernoulli for each of D pixels."""

    def __init__(self, D: int, hidden: int, latents: int, seed: int = 0) -> None:
        super().__init__()
        J, H = latents, hidden
        self.phi = nn.Sequential(nn.Linear(D, H), nn.ReLU(), nn.Linear(H, H), nn.ReLU(), nn.Linear(H, 2 * J))
        layers = [layer for inputs in (J, H, H) for layer in (nn.Linear(inputs, H), nn.Tanh())]
        self.theta = nn.Sequential(*layers, nn.Linear(H, D))
        draw_parameters(self, seed)

    def q(self, x: Float[Tensor, "M D"]) -> tuple[Float[Tensor, "M J"], Float[Tensor, "M J"]]:
        """Return mu and log sigma^2 of q(z | x)."""
        mu, logvar = self.phi(x).chunk(2, dim=-1)
        return mu, logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)

    def forward(
        self, x: Float[Tensor, "M D"], eps: Float[Tensor, "M J"]
    ) -> tuple[Float[Tensor, " M"], Float[Tensor, "M J"]]:
        """Return -log p(x | z) for z = mu + sigma eps, and the KL divergence of every latent, for every image."""
        mu, logvar = self.q(x)
        logits = self.theta(mu + (logvar / 2).exp() * eps)
        return binary_cross_entropy_with_logits(logits, x, reduction="none").sum(-1), D_KL(mu, logvar)


def D_KL(mu: Float[Tensor, "M J"], logvar: Float[Tensor, "M J"]) -> Float[Tensor, "M J"]:  # noqa: N802
    """Return the KL divergence from q(z_j | x) to N(0, 1)."""
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
