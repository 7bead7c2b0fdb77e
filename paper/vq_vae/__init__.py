"""van den Oord et al. 2017, "Neural discrete representation learning", and Razavi et al. 2019, VQ-VAE-2."""

from paper.kit import exact as exact
