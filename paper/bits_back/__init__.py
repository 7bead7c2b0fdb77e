"""Townsend, Bird & Barber 2019, "Practical lossless compression with latent variables using bits back coding"."""

from paper.kit import exact as exact
