"""Blocks that several papers are built of."""

from torch import nn


def two_layers(inputs: int, hidden: int, activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    """Return two hidden layers of the same number of units."""
    return nn.Sequential(nn.Linear(inputs, hidden), activation(), nn.Linear(hidden, hidden), activation())


def convolutions(channels: int, outputs: int) -> nn.Sequential:
    """Return layers from grey images of 28 x 28 to numbers: two convolutions of stride 2, with batch norm."""
    first = nn.Conv2d(1, channels, 4, 2, 1), nn.BatchNorm2d(channels), nn.ReLU()
    second = nn.Conv2d(channels, 2 * channels, 4, 2, 1), nn.BatchNorm2d(2 * channels), nn.ReLU()
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(98 * channels, outputs))


def leaky_convolutions(channels: int) -> nn.Sequential:
    """Return layers from grey images of 28 x 28 to the 98 ``channels`` features that a discriminator judges by.

    Two convolutions of stride 2, batch norm in the second alone (Radford et al. 2016, section 3).
    """
    first = nn.Conv2d(1, channels, 4, 2, 1), nn.LeakyReLU(0.2)
    second = nn.Conv2d(channels, 2 * channels, 4, 2, 1), nn.BatchNorm2d(2 * channels), nn.LeakyReLU(0.2)
    return nn.Sequential(*first, *second, nn.Flatten())


def transposed_convolutions(inputs: int, channels: int) -> nn.Sequential:
    """Return layers from numbers to logits of images, the sizes of `convolutions` in reverse order."""
    first = nn.Linear(inputs, 98 * channels), nn.Unflatten(1, (2 * channels, 7, 7)), nn.BatchNorm2d(2 * channels)
    second = nn.ConvTranspose2d(2 * channels, channels, 4, 2, 1), nn.BatchNorm2d(channels), nn.ReLU()
    return nn.Sequential(*first, nn.ReLU(), *second, nn.ConvTranspose2d(channels, 1, 4, 2, 1))
