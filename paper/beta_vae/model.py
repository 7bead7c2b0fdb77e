"""The networks of Higgins et al. 2017 and of Burgess et al. 2018 for 2-D shapes. Figures are in nats per image."""

from math import isqrt, prod

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.kit.initial import draw_parameters

CHANNELS = 32


class Model(nn.Module):
    """The encoder q_phi(z | x) = N(mu, sigma^2 I) and the decoder p_theta(x | z), a Bernoulli for each of D pixels.

    ``phi`` returns mu and log sigma^2 of J latents side by side, ``theta`` the logits of D pixels: see `mlp`, `conv`.
    """

    def __init__(self, phi: nn.Module, theta: nn.Module, seed: int = 0) -> None:
        super().__init__()
        self.phi, self.theta = phi, theta
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


def mlp(D: int, H: int, J: int) -> tuple[nn.Sequential, nn.Sequential]:
    """Return phi and theta of Higgins et al.: D-H-H-2J with ReLU, and J-H-H-H-D with tanh."""
    phi = nn.Sequential(nn.Linear(D, H), nn.ReLU(), nn.Linear(H, H), nn.ReLU(), nn.Linear(H, 2 * J))
    layers = [layer for inputs in (J, H, H) for layer in (nn.Linear(inputs, H), nn.Tanh())]
    return phi, nn.Sequential(*layers, nn.Linear(H, D))


def conv(D: int, H: int, J: int) -> tuple[nn.Sequential, nn.Sequential]:
    """Return phi and theta of Burgess et al., for square images: four convolutions of stride 2, two layers of H, ReLU.

    Kernels are 4 x 4 with 32 channels; theta is the mirror image. The side of an image is a multiple of 16.
    """
    side = isqrt(D)
    top = (CHANNELS, side // 16, side // 16)
    down = [nn.Conv2d(inputs, CHANNELS, 4, 2, 1) for inputs in (1, CHANNELS, CHANNELS, CHANNELS)]
    up = [nn.ConvTranspose2d(CHANNELS, outputs, 4, 2, 1) for outputs in (CHANNELS, CHANNELS, CHANNELS, 1)]
    phi = [nn.Unflatten(1, (1, side, side)), *_with_relu(*down), nn.Flatten()]
    phi += [*_with_relu(nn.Linear(prod(top), H), nn.Linear(H, H)), nn.Linear(H, 2 * J)]
    theta = _with_relu(nn.Linear(J, H), nn.Linear(H, H), nn.Linear(H, prod(top)))
    theta += [nn.Unflatten(1, top), *_with_relu(*up)[:-1], nn.Flatten()]
    return nn.Sequential(*phi), nn.Sequential(*theta)


def _with_relu(*layers: nn.Module) -> list[nn.Module]:
    return [part for layer in layers for part in (layer, nn.ReLU())]


def D_KL(mu: Float[Tensor, "M J"], logvar: Float[Tensor, "M J"]) -> Float[Tensor, "M J"]:  # noqa: N802
    """Return the KL divergence from q(z_j | x) to N(0, 1)."""
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
