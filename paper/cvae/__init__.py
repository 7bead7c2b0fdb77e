"""The label-conditional VAE, after Kingma et al. 2014."""

from paper.kit import exact as exact
