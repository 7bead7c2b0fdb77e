"""Goodfellow et al. 2014, "Generative adversarial nets" (arXiv 1406.2661), with small networks of DCGAN's kind.

G makes images x of noise z ~ N(0, I); D tells them from data. p(x) is what G makes of all z: it can be sampled, and has
no formula. So there is no likelihood, and no code of a given image.

Source of the networks: Radford et al. 2016 (arXiv 1511.06434), section 3. Its two losses: `paper.parts.adversary`.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.adversary import CHANCE, Lesson, Taught, deception, discriminator_loss
from paper.parts.blocks import leaky_convolutions, transposed_convolutions

Images = Float[Tensor, "_n 1 28 28"]
Noise = Float[Tensor, "_n N_z"]


class G(nn.Module):
    """Images for noise: pixels between 0 and 1."""

    def __init__(self, channels: int, N_z: int) -> None:
        super().__init__()
        self.layers = transposed_convolutions(N_z, channels)

    def forward(self, z: Noise) -> Images:
        """Return an image for every z."""
        return widened(self.layers(z)).sigmoid()


class D(nn.Module):
    """The logit of "this is data", for every image."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(leaky_convolutions(channels), nn.Linear(98 * channels, 1))

    def forward(self, x: Images) -> Float[Tensor, " _n"]:
        """Return logits."""
        return widened(self.layers(2 * x - 1))[:, 0]


class Networks(nn.Module):
    """G and D, with batch norm: put into ``eval`` mode, an image is the same in all company."""

    def __init__(self, channels: int, N_z: int, seed: int) -> None:
        super().__init__()
        self.N_z = N_z
        self.G, self.D = G(channels, N_z), D(channels)
        draw_parameters(self, seed)


def lessons(networks: Networks, x: Images, z: Noise) -> Taught:
    """Return what D learns, to tell, and G, to deceive (algorithm 1, with -log D for G)."""
    real, fake = networks.D(torch.cat([x, networks.G(z)])).chunk(2)
    told, deceived = discriminator_loss(real, fake), deception(fake)
    numbers = {"loss": deceived, "d_loss": told / CHANCE, "d_real": real.mean(), "d_fake": fake.mean()}
    return Taught([Lesson(told, [networks.D]), Lesson(deceived, [networks.G])], numbers)
