"""Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric": VAE/GAN."""

from paper.kit import exact as exact
