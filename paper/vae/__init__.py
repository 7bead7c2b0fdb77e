"""Level 3's own VAE: the model of all three levels, as a module."""

from paper.kit import exact as exact
