"""Blocks that several papers are built of."""

from torch import nn


def two_layers(inputs: int, hidden: int, activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    """Return two hidden layers of the same number of units."""
    return nn.Sequential(nn.Linear(inputs, hidden), activation(), nn.Linear(hidden, hidden), activation())
