"""The networks of `common.architecture` as modules; their state dicts carry the course's parameter names."""

from math import prod

from jaxtyping import Float
from torch import Tensor, nn, relu

from common.architecture import MLP, Conv
from common.objective import LOGVAR_MAX, LOGVAR_MIN


class MLPEncoder(nn.Module):
    """784-400-(20, 20): mu and logvar of q(z | x)."""

    def __init__(self, architecture: MLP) -> None:
        super().__init__()
        self.hidden = nn.Linear(prod(architecture.image_shape), architecture.hidden)
        self.mu = nn.Linear(architecture.hidden, architecture.latents)
        self.logvar = nn.Linear(architecture.hidden, architecture.latents)

    def forward(
        self, x: Float[Tensor, "batch channels height width"]
    ) -> tuple[Float[Tensor, "batch latents"], Float[Tensor, "batch latents"]]:
        """Return mu and logvar."""
        h = relu(self.hidden(x.flatten(1)))
        return self.mu(h), self.logvar(h).clamp(LOGVAR_MIN, LOGVAR_MAX)


class MLPDecoder(nn.Module):
    """20-400-784: the logits of p(x | z)."""

    def __init__(self, architecture: MLP) -> None:
        super().__init__()
        self.image_shape = architecture.image_shape
        self.hidden = nn.Linear(architecture.latents, architecture.hidden)
        self.logits = nn.Linear(architecture.hidden, prod(architecture.image_shape))

    def forward(self, z: Float[Tensor, "batch latents"]) -> Float[Tensor, "batch channels height width"]:
        """Return logits."""
        return self.logits(relu(self.hidden(z))).unflatten(1, self.image_shape)


class ConvEncoder(nn.Module):
    """Two convolutions of stride 2 and a hidden layer: mu and logvar of q(z | x)."""

    def __init__(self, architecture: Conv) -> None:
        super().__init__()
        depth, height, width = architecture.image_shape
        first, second = architecture.channels
        self.conv1 = nn.Conv2d(depth, first, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(first, second, 3, stride=2, padding=1)
        self.hidden = nn.Linear(second * (height // 4) * (width // 4), architecture.hidden)
        self.mu = nn.Linear(architecture.hidden, architecture.latents)
        self.logvar = nn.Linear(architecture.hidden, architecture.latents)

    def forward(
        self, x: Float[Tensor, "batch channels height width"]
    ) -> tuple[Float[Tensor, "batch latents"], Float[Tensor, "batch latents"]]:
        """Return mu and logvar."""
        h = relu(self.conv2(relu(self.conv1(x))))
        h = relu(self.hidden(h.flatten(1)))
        return self.mu(h), self.logvar(h).clamp(LOGVAR_MIN, LOGVAR_MAX)


class ConvDecoder(nn.Module):
    """The mirror image of `ConvEncoder`: the logits of p(x | z)."""

    def __init__(self, architecture: Conv) -> None:
        super().__init__()
        depth, height, width = architecture.image_shape
        first, second = architecture.channels
        self.feature_shape = (second, height // 4, width // 4)
        self.hidden = nn.Linear(architecture.latents, architecture.hidden)
        self.features = nn.Linear(architecture.hidden, prod(self.feature_shape))
        self.deconv1 = nn.ConvTranspose2d(second, first, 3, stride=2, padding=1, output_padding=1)
        self.logits = nn.ConvTranspose2d(first, depth, 3, stride=2, padding=1, output_padding=1)

    def forward(self, z: Float[Tensor, "batch latents"]) -> Float[Tensor, "batch channels height width"]:
        """Return logits."""
        h = relu(self.features(relu(self.hidden(z))))
        return self.logits(relu(self.deconv1(h.unflatten(1, self.feature_shape))))
