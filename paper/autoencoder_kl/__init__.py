"""Rombach et al. 2022, "High-Resolution Image Synthesis with Latent Diffusion Models": the autoencoder."""

from paper.kit import exact as exact
