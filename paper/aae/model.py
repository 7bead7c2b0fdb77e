"""Makhzani et al. 2015, "Adversarial autoencoders" (arXiv 1511.05644): the networks, the priors and what each learns.

Names are the paper's: x is an image, z its code, p(z) the prior, q(z) the distribution of the codes of all images. The
encoder is deterministic, and is the generator of a GAN too: the prior's points are real, codes are fake. The experiment
is in `paper.aae.experiment`.
"""

from math import pi

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.blocks import convolutions, transposed_convolutions, two_layers

CLASSES = 10
PETALS, PETAL_LENGTH, PETAL_WIDTH = 2.8, 0.7, 0.2
"""The mixture: how far its means are from 0, and standard deviations along and across that way."""

ROLL, TURNS, THICKNESS = 3.5, 2, 0.1
"""The swiss roll: its radius, how often it goes round, and its standard deviation across."""

Images = Float[Tensor, "n 1 28 28"]
Codes = Float[Tensor, "n d"]
Classes = Int[Tensor, " n"]


class Encoder(nn.Module):
    """One code for an image."""

    def __init__(self, channels: int, d: int) -> None:
        super().__init__()
        self.layers = convolutions(channels, d)

    def forward(self, x: Images) -> Codes:
        """Return codes."""
        return widened(self.layers(x))


class Decoder(nn.Module):
    """Pixels between 0 and 1 for a code."""

    def __init__(self, channels: int, d: int) -> None:
        super().__init__()
        self.layers = transposed_convolutions(d, channels)

    def forward(self, z: Codes) -> Images:
        """Return an image for every code."""
        return widened(self.layers(z)).sigmoid()


class Autoencoder(nn.Module):
    """Encoder and decoder, with batch norm: put into ``eval`` mode, an image has the same code in all company."""

    def __init__(self, channels: int, d: int, seed: int) -> None:
        super().__init__()
        self.encoder, self.decoder = Encoder(channels, d), Decoder(channels, d)
        draw_parameters(self, seed)


class Discriminator(nn.Module):
    """A logit of "this is a point of the prior"; with ``labels`` it knows a class beside each point or code.

    The class of a code is that of its image, the class of a point that of its part of the prior: so a digit's codes
    must lie in the digit's own part (section 2.3).
    """

    def __init__(self, d: int, hidden: int, seed: int, *, labels: bool) -> None:
        super().__init__()
        self.labels = labels
        self.layers = nn.Sequential(two_layers(d + CLASSES * labels, hidden), nn.Linear(hidden, 1))
        draw_parameters(self, seed)

    def forward(self, z: Codes, y: Classes) -> Float[Tensor, " n"]:
        """Return a logit for each point or code; y is left aside by a discriminator without labels."""
        known = torch.cat([z, F.one_hot(y, CLASSES).to(z)], 1) if self.labels else z
        return self.layers(known)[:, 0]


# The three steps of a minibatch (section 2).


def reconstruction_loss(autoencoder: Autoencoder, x: Images) -> Float[Tensor, " n"]:
    """Return the squared error of every image: what encoder and decoder lower together."""
    return (x - autoencoder.decoder(autoencoder.encoder(x))).square().flatten(1).sum(1)


# The priors, as points made of eps ~ N(0, I); each class has a part of the mixture and of the roll.


def gaussian(eps: Codes, y: Classes) -> Codes:
    """N(0, I), which has no parts."""
    del y
    return eps


def mixture(eps: Float[Tensor, "n 2"], y: Classes) -> Float[Tensor, "n 2"]:
    """Ten Gaussians around 0, one for each class, long towards 0 and narrow across."""
    along, across = PETALS + PETAL_LENGTH * eps[:, 0], PETAL_WIDTH * eps[:, 1]
    return _turned(along, across, 2 * pi * y / CLASSES)


def swiss_roll(eps: Float[Tensor, "n 2"], y: Classes) -> Float[Tensor, "n 2"]:
    """A spiral that each class has a tenth of, all equally probable; the first begins at 0."""
    way = ((y + torch.special.ndtr(eps[:, 0])) / CLASSES).sqrt()  # the length of a spiral grows as the angle squared
    return _turned(ROLL * way + THICKNESS * eps[:, 1], torch.zeros_like(way), 2 * pi * TURNS * way)


PRIORS = {"gaussian": gaussian, "mixture": mixture, "swiss_roll": swiss_roll}


def _turned(a: Float[Tensor, " n"], b: Float[Tensor, " n"], angle: Float[Tensor, " n"]) -> Float[Tensor, "n 2"]:
    cosine, sine = angle.cos(), angle.sin()
    return torch.stack([cosine * a - sine * b, sine * a + cosine * b], 1)


def part_of_mixture(z: Float[Tensor, "n 2"]) -> Classes:
    """Return the class of the Gaussian of the mixture under which a code is most probable."""
    angles = 2 * pi * torch.arange(CLASSES, device=z.device) / CLASSES
    turned = torch.stack([_turned(z[:, 0], z[:, 1], -angle.expand(len(z))) for angle in angles])
    scaled = (turned - turned.new_tensor([PETALS, 0])) / turned.new_tensor([PETAL_LENGTH, PETAL_WIDTH])
    return scaled.square().sum(2).argmin(0)
